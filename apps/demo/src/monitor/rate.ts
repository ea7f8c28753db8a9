import type { Clock } from '@watcher/core';

/** Counts per second, for the last minute. */
export class Rate {
  readonly #clock: Clock;
  readonly #counts: number[] = Array(SECONDS).fill(0);
  #second: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#second = this.#now();
  }

  add(count: number): void {
    this.#catchUp();
    this.#counts[this.#second % SECONDS] = (this.#counts[this.#second % SECONDS] ?? 0) + count;
  }

  /** Oldest first; the last one is the second that is not over. */
  get perSecond(): readonly number[] {
    this.#catchUp();
    const next = (this.#second + 1) % SECONDS;
    return [...this.#counts.slice(next), ...this.#counts.slice(0, next)];
  }

  /** Empties the seconds in which nothing was counted. */
  #catchUp(): void {
    const now = this.#now();
    for (let missed = Math.min(now - this.#second, SECONDS); missed > 0; missed--)
      this.#counts[(now - missed + 1) % SECONDS] = 0;
    this.#second = now;
  }

  #now(): number {
    return Math.floor(this.#clock.monotonic() / 1000);
  }
}

const SECONDS = 60;
