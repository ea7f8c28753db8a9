import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Action, type FileEvent, formatEvent, isForceReload } from '@watcher/events';
import { DirectoryWatcher } from '../../src/index.ts';
import type { Tool } from './catalog.ts';

const run = promisify(execFile);

/** What one use of a tool showed. */
export interface Trial {
  /** What was told, a line each, sorted. */
  readonly events: readonly string[];
  /** What a reader found who read the file at each event: `new`, `old`, `half` or `gone`. */
  readonly reads: readonly string[];
  /** Whether the reader ended with what is in the file. */
  readonly fresh: boolean;
}

export const SMALL = content(10);
export const LARGE = content(1024 * 1024);

/** Uses a tool on a file of a new directory, with every option of the watcher at its default. */
export async function tryTool(tool: Tool, before: string): Promise<Trial> {
  const root = await mkdtemp(fileURLToPath(new URL('../../.test-', import.meta.url)));
  try {
    const [directory, away] = [join(root, 'config'), join(root, 'away')];
    await Promise.all([mkdir(directory), mkdir(away)]);
    const after = `edited: yes\n${before}`;
    const env = {
      LC_ALL: 'C.UTF-8',
      ...process.env,
      HOME: root,
      TERM: 'xterm',
      NEW: join(away, 'new'),
      AWAY: away,
      TOOLS,
    };
    const sh = (script: string) => run('sh', ['-ec', script], { cwd: directory, env });
    await writeFile(join(directory, 'routes.yml'), before);
    await writeFile(env.NEW, after);
    if (tool.prepare) await sh(tool.prepare);

    const reader = new Reader(directory, before, after);
    await using stream = new DirectoryWatcher(directory).events();
    stream.subscribe({ push: (event) => reader.take(event) });
    await stream.ready;
    await sh(tool.script);
    await reader.fence();
    return reader.trial(tool.events?.length === 0 ? before : after);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Reads at each event, as a consumer does. */
class Reader {
  readonly #directory: string;
  readonly #before: string;
  readonly #after: string;
  readonly #events: string[] = [];
  readonly #reads: string[] = [];
  #last: string;
  #fence: { readonly line: string; readonly passed: () => void } | undefined;

  constructor(directory: string, before: string, after: string) {
    this.#directory = directory;
    this.#before = before;
    this.#after = after;
    this.#last = before;
  }

  take(event: FileEvent): void {
    const line = formatEvent(event);
    if (line === this.#fence?.line) this.#fence.passed();
    if (event.actorName === FENCE) return;
    this.#events.push(!isForceReload(event) && event.renamedTo ? `${line} > ${event.renamedTo}` : line);
    if (event.actorName.endsWith('~') || event.actorName.endsWith('.bak')) return;
    if (event.action !== Action.FileWritten && event.action !== Action.FileCreated) return;
    const content = this.#read(event.actorName);
    this.#last = content ?? '';
    this.#reads.push(this.#judge(content));
  }

  /**
   * Waits until whatever was done before must have been told: an empty file is held back longer than anything that
   * has been done with by then.
   */
  async fence(): Promise<void> {
    for (const [word, act] of [
      ['created', () => writeFile(join(this.#directory, FENCE), '')],
      ['deleted', () => unlink(join(this.#directory, FENCE))],
    ] as const) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#fence = { line: `${word} ${FENCE}`, passed: resolve };
      await act();
      await promise;
    }
  }

  trial(expected: string): Trial {
    return { events: this.#events.toSorted(), reads: this.#reads, fresh: this.#last === expected };
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.#directory, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  #judge(content: string | undefined): string {
    if (content === undefined) return 'gone';
    if (content === this.#after) return 'new';
    return content === this.#before ? 'old' : 'half';
  }
}

const FENCE = 'fence';
/** Where the scripts of this folder are. */
const TOOLS = fileURLToPath(new URL('.', import.meta.url));

function content(size: number): string {
  const line = '  - host: example.org\n';
  return `routes:\n${line.repeat(Math.ceil(size / line.length))}`;
}
