import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FileWatcherOptions } from '../../src/index.ts';

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A watcher in a process, and in user and mount namespaces, of its own. */
export class Contained implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #wake = Promise.withResolvers<void>();

  /** @param prepare run by `sh` in the namespaces first */
  constructor(path: string, options: FileWatcherOptions, prepare = ':') {
    const node = `exec "${process.execPath}" --import "${at('sources.mjs')}" "${at('watch-child.ts')}" "$0" "$1"`;
    const script = `${prepare}\n${node}`;
    const args = ['--user', '--map-root-user', '--mount', 'sh', '-ec', script, path, JSON.stringify(options)];
    this.#child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exit = new Promise((resolve) => this.#child.once('exit', resolve));
    if (!this.#child.stdout) throw new Error('a pipe was asked for');
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(line);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the line that `pattern` matches, once it was printed. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await this.#wake.promise;
    }
  }

  /** Resolves once `pattern` has matched `count` lines. */
  async lineCount(pattern: RegExp, count: number): Promise<void> {
    while (this.lines.filter((line) => pattern.test(line)).length < count) await this.#wake.promise;
  }

  /** Runs something in the same namespaces. */
  run(script: string): void {
    const enter = ['--user', '--mount', '--preserve-credentials', '--target', `${this.pid}`];
    execFileSync('nsenter', [...enter, 'sh', '-ec', script]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#exit;
  }
}

/** Why there can be none here, or undefined. */
export function whyNotContained(): string | undefined {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `unshare: ${(error as { stderr?: Buffer }).stderr ?? error}`;
  }
}
