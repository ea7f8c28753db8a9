import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { now } from './time.ts';
import type { Order } from './writer.ts';

/** What came of one write. */
export interface Outcome {
  /** Milliseconds from its last change to the first event that came then; undefined when none did. */
  readonly latency: number | undefined;
  /** How many events there were of its file. */
  readonly events: number;
}

/** After the event, until the next write: long enough for whatever waits to have had its time. */
const PAUSE = 100;
/** After which a write counts as missed: told before its last change, at most, and then no more. */
const LIMIT = 2000;

/** Has files written one at a time by another process, and takes the time until each is told. */
export class Trial implements AsyncDisposable {
  readonly #directory: string;
  readonly #writer: ChildProcess;
  #writes = 0;
  #name = '';
  #told: number[] = [];
  #wake = () => {};

  constructor(directory: string) {
    this.#directory = directory;
    this.#writer = fork(fileURLToPath(new URL('./writer.ts', import.meta.url)), { execArgv: [] });
  }

  /** To be called with each event. */
  readonly onEvent = (name: string): void => {
    if (name !== this.#name) return;
    this.#told.push(now());
    this.#wake();
  };

  async write(name: string, how: Order['how']): Promise<Outcome> {
    this.#name = name;
    this.#told = [];
    const content = `version ${++this.#writes}\n`.padEnd(2000, 'x');
    this.#writer.send({ path: join(this.#directory, name), how, content } satisfies Order);
    const [ending] = (await once(this.#writer, 'message')) as [number];
    const latency = await this.#toldSince(ending);
    await pause(PAUSE);
    return { latency, events: this.#told.length };
  }

  async #toldSince(ending: number): Promise<number | undefined> {
    for (;;) {
      const at = this.#told.find((time) => time >= ending);
      if (at !== undefined) return at - ending;
      const left = ending + LIMIT - now();
      if (left <= 0) return undefined;
      const over = new AbortController();
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        pause(left, undefined, { signal: over.signal }).catch(() => {}),
      ]);
      over.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#writer.disconnect();
    await once(this.#writer, 'exit');
  }
}
