import type { Settings } from '../options.ts';
import type { Picture } from '../picture/picture.ts';
import type { Doubts } from '../picture/settle.ts';
import { isPlainName } from '../system/snapshot.ts';
import type { Seats } from './seats.ts';

export interface NoticeParts {
  readonly settings: Settings;
  readonly picture: Picture;
  readonly doubts: Doubts;
  readonly seats: Seats;
  /** Called where single names do not tell it all: everything has to be looked at soon. */
  readonly lookAtAll: () => void;
}

/** Puts the names of which the system gives notice in doubt, and knows when its notice is not enough. */
export class Notice {
  readonly #parts: NoticeParts;
  /** Hints that came without a pause, and when the last of them did. */
  #burst = 0;
  #hinted = 0;

  constructor(parts: NoticeParts) {
    this.#parts = parts;
  }

  /** Something may have happened to `name`, whatever that is. */
  take(name: string): void {
    if (!isPlainName(name)) return;
    const { settings, picture, doubts, seats } = this.#parts;
    const now = settings.clock.monotonic();
    if (seats.wants(name)) this.#doubt(name, now);
    for (const link of picture.linksThrough(name)) doubts.hint(link, now);
    this.#count(now);
  }

  /** Names that come and go faster than they can be looked at are as many as anybody likes; those that stay are listed. */
  #doubt(name: string, now: number): void {
    const { picture, doubts, lookAtAll } = this.#parts;
    const isStrange = !doubts.get(name) && !picture.files.has(name);
    if (isStrange && doubts.isFull) lookAtAll();
    else doubts.hint(name, now);
  }

  /** A long burst may have overrun the queue of the system, which does not say so. */
  #count(now: number): void {
    if (now - this.#hinted > this.#parts.settings.settle.quiet) this.#burst = 0;
    this.#hinted = now;
    if (++this.#burst % LONG_BURST === 0) this.#parts.lookAtAll();
  }
}

/** Hints after which to look for what got lost. The system's queue holds 16384 for the whole process, by default. */
const LONG_BURST = 1000;
