import type { WatcherError } from '@watcher/core';
import { fault } from '../errors/fault.ts';

/** Different faults that are told of while the engine is away, or keeps refusing to answer. */
const MAX_REPORTED = 16;

/** What is told of faults, so that one that lasts is told once. */
export class Reports {
  readonly #tell: (error: WatcherError) => void;
  /** What was told since the engine was last there. */
  readonly #told = new Set<string>();
  #toldOfNoTime = false;

  constructor(tell: (error: WatcherError) => void) {
    this.#tell = tell;
  }

  /** The engine is there: whatever comes next is news. */
  engineIsThere(): void {
    this.#told.clear();
  }

  /** A fault is told once, and of those that say something else each time only the first. */
  report(error: WatcherError): void {
    const told = `${error.code} ${error.message}`;
    if (this.#told.has(told) || this.#told.size >= MAX_REPORTED) return;
    this.#told.add(told);
    this.#tell(error);
  }

  /** That the engine's time is not known is a matter of what stands between: it is told once, and never again. */
  reportNoTime(host: string): void {
    if (this.#toldOfNoTime) return;
    this.#toldOfNoTime = true;
    const what = `The answers of ${host} have no "Date", so that its time is not known`;
    const effect =
      'A stream that dies without a sign is not found, and what happened before may be told as new';
    const advice =
      'Let a proxy on the way keep that header; a "client" has to hand on the "headers" of its responses.';
    this.#tell(fault('PROTOCOL', `${what}. ${effect}. ${advice}`));
  }
}
