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

/** Puts the names of which the system gives notice in doubt, and knows when they are too many for that. */
export class Notice {
  readonly #parts: NoticeParts;

  constructor(parts: NoticeParts) {
    this.#parts = parts;
  }

  /** Something may have happened to `name`, whatever that is. `moved`: it came or went, and nothing was written. */
  take(name: string, moved: boolean): void {
    if (!isPlainName(name)) return;
    const { settings, picture, doubts, seats } = this.#parts;
    const now = settings.clock.monotonic();
    if (seats.wants(name)) this.#doubt(name, now, moved);
    for (const link of picture.linksThrough(name)) doubts.hint(link, now, moved);
  }

  /** Names that come and go faster than they can be looked at are as many as anybody likes; those that stay are listed. */
  #doubt(name: string, now: number, moved: boolean): void {
    const { picture, doubts, lookAtAll } = this.#parts;
    const isStrange = !doubts.get(name) && !picture.files.has(name);
    if (isStrange && doubts.isFull) lookAtAll();
    else doubts.hint(name, now, moved);
  }
}
