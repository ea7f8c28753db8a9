import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface DemoOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The content of its file of routes. */
  readonly routes?: string;
  /** Where its log goes: to this test, or to a file. */
  readonly stderr?: 'pipe' | number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds since it was told to stop. */
  readonly after: number;
}

/** The demo as a process of its own, the way a user runs it, on a file of routes in a temporary folder. */
export class Demo implements AsyncDisposable {
  readonly routesFile: string;
  /** All of standard output: tables. */
  output = '';
  /** The messages of the log, in order: standard error, which is JSON lines here. */
  readonly messages: string[] = [];
  /** What came on standard error and is no line of the log. */
  stray = '';

  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<[number | null, NodeJS.Signals | null]>;
  readonly #waiting = new Set<() => void>();
  #over = false;

  static async start({ args = [], env = {}, routes = '', stderr = 'pipe' }: DemoOptions = {}): Promise<Demo> {
    const folder = await mkdtemp(join(tmpdir(), 'demo-process-'));
    const file = join(folder, 'routes.yml');
    await writeFile(file, routes);
    return new Demo(folder, file, { args, env, stderr });
  }

  private constructor(
    folder: string,
    file: string,
    { args, env, stderr }: Required<Omit<DemoOptions, 'routes'>>,
  ) {
    this.#folder = folder;
    this.routesFile = file;
    const main = resolve(import.meta.dirname, '../../src/main.ts');
    const { DOCKER_HOST, LOG_LEVEL, NO_COLOR, FORCE_COLOR, ...inherited } = process.env;
    const sources = new URL('../../../../scripts/sources.mjs', import.meta.url).href;
    const child = spawn(process.execPath, ['--import', sources, main, '--routes', file, ...args], {
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', stderr],
    });
    this.#process = child;
    let partial = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (partial + chunk).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) this.#read(line);
      this.#wake();
    });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
      this.#wake();
    });
    this.#exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    void this.#exited.then(() => {
      this.#over = true;
      this.#wake();
    });
  }

  /** Where its page and its proxy listen, once it has said so. */
  async addresses(): Promise<{ readonly page: string; readonly proxy: string }> {
    const form = /^page: (\S+), proxy: (\S+)$/;
    await this.logged(form);
    const [, page = '', proxy = ''] = form.exec(this.matching(form)[0] ?? '') ?? [];
    return { page, proxy };
  }

  /** The messages that match. */
  matching(pattern: RegExp): string[] {
    return this.messages.filter((message) => pattern.test(message));
  }

  /** Waits until so many messages match. */
  async logged(pattern: RegExp, times = 1): Promise<void> {
    await this.until(() => this.matching(pattern).length >= times, `${times} × ${pattern}`);
  }

  /** Waits for a condition of what it wrote. Rejects when it ends before that, or takes half a minute. */
  async until(condition: () => boolean, name: string): Promise<void> {
    const deadline = AbortSignal.timeout(30_000);
    while (!condition()) {
      if (this.#over || deadline.aborted) {
        const why = this.#over ? 'ended without' : 'never came to';
        throw new Error(
          `The demo ${why} ${name}:\n${this.messages.join('\n')}\n${this.stray}\n${this.output}`,
        );
      }
      await new Promise<void>((wake) => {
        this.#waiting.add(wake);
        deadline.addEventListener('abort', () => wake(), { once: true });
      });
    }
  }

  /** Closes the reading end of its standard output, or of its log. */
  closeOutput(which: 'stdout' | 'stderr'): void {
    this.#process[which]?.destroy();
  }

  /** Stops reading its standard output and its log. The pipes fill up. */
  stopReading(): void {
    this.#process.stdout?.pause();
    this.#process.stderr?.pause();
  }

  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves when it is over. */
  async exit(): Promise<Exit> {
    const from = performance.now();
    const [code, signal] = await this.#exited;
    return { code, signal, after: performance.now() - from };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#process.kill('SIGKILL');
    await this.#exited;
    await rm(this.#folder, { recursive: true });
  }

  #read(line: string): void {
    try {
      this.messages.push((JSON.parse(line) as { msg: string }).msg);
    } catch {
      this.stray += `${line}\n`;
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
