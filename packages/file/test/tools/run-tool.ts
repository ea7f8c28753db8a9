import { execFile } from 'node:child_process';
import { readFileSync, watch } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { Action, type FileEvent } from '@watcher/events';
import { DirectoryWatcher } from '../../src/index.ts';
import { fence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import type { Tool } from './catalog.ts';
import { expectedOf, type Trial } from './expected.ts';

const run = promisify(execFile);

/** One use of a tool, and whether it was left alone by the machine. */
export interface Attempt {
  readonly trial: Trial;
  /** Milliseconds: the longest that it paused between two of its steps, as the system gave notice of them. */
  readonly pause: number;
}

export const SMALL = content(10);
export const LARGE = content(1024 * 1024);

/** The default settle time. */
const SETTLE = 50;

/**
 * Whether what a tool showed counts: a machine so busy that the tool stood still for the settle time, in the middle of
 * a save, shows what the tool does not do.
 */
export function counts({ trial, pause }: Attempt, tool: Tool): boolean {
  return tool.pauses === true || pause < SETTLE || isDeepStrictEqual(trial, expectedOf(tool));
}

/** Uses a tool on a file of a new directory, with every option of the watcher at its default. */
export async function tryTool(tool: Tool, before: string): Promise<Attempt> {
  await using place = await playground();
  const [directory, away] = [place.at('config'), place.at('away')];
  await Promise.all([mkdir(directory), mkdir(away)]);
  const after = `edited: yes\n${before}`;
  const given = {
    HOME: place.path,
    TERM: 'xterm',
    LC_ALL: 'C.UTF-8',
    NEW: join(away, 'new'),
    AWAY: away,
    TOOLS,
  };
  const sh = (script: string) =>
    run('sh', ['-ec', script], { cwd: directory, env: { ...process.env, ...given } });
  await writeFile(join(directory, 'routes.yml'), before);
  await writeFile(given.NEW, after);
  if (tool.prepare) await sh(tool.prepare);

  const reader = new Reader(directory, before, after);
  await using recorder = await record(new DirectoryWatcher(directory), {
    onEvent: (event) => reader.take(event),
  });
  const steps: number[] = [];
  const raw = watch(directory, (_, name) => name !== 'fence' && steps.push(performance.now()));
  await sh(tool.script);
  await fence(directory, recorder);
  raw.close();
  const isChanged = tool.events?.length !== 0;
  return {
    trial: {
      events: recorder.lines.toSorted(),
      reads: reader.reads,
      fresh: reader.last === (isChanged ? after : before),
    },
    pause: Math.max(0, ...steps.map((time, i) => time - (steps[i - 1] ?? time))),
  };
}

/** Reads `routes.yml`, under whatever name, at each event that it is there. */
class Reader {
  readonly reads: string[] = [];
  last: string;
  readonly #directory: string;
  readonly #before: string;
  readonly #after: string;

  constructor(directory: string, before: string, after: string) {
    this.#directory = directory;
    this.#before = before;
    this.#after = after;
    this.last = before;
  }

  take({ action, actorName }: FileEvent): void {
    if (!actorName.endsWith('.yml')) return;
    if (action !== Action.FileWritten && action !== Action.FileCreated) return;
    try {
      this.last = readFileSync(join(this.#directory, actorName), 'utf8');
      this.reads.push(this.#judge(this.last));
    } catch {
      this.last = '';
      this.reads.push('gone');
    }
  }

  #judge(content: string): string {
    if (content === this.#after) return 'new';
    return content === this.#before ? 'old' : 'half';
  }
}

/** Where the scripts of this folder are. */
const TOOLS = fileURLToPath(new URL('.', import.meta.url));

function content(size: number): string {
  const line = '  - host: example.org\n';
  return `routes:\n${line.repeat(Math.ceil(size / line.length))}`;
}
