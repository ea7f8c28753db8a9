import type { FlushTrigger } from './options.ts';

/** Calls of `flush` that wait for everything before place `to`. */
interface Waiters {
  to: number;
  readonly resolves: (() => void)[];
}

/** What was told to go at once, all events before a place, and who waits until they have gone. */
export class Demand {
  #to = 0;
  #trigger: FlushTrigger = 'flush';
  /** By their places, the first to go first. */
  readonly #waiters: Waiters[] = [];

  /** Everything from `start` to before `end` is to go. What was told first remains the reason for what it told. */
  tell(trigger: FlushTrigger, start: number, end: number): void {
    if (this.#to <= start) this.#trigger = trigger;
    this.#to = end;
  }

  /** Why the event at `start` is to go at once, if it is. */
  at(start: number): FlushTrigger | undefined {
    return this.#to > start ? this.#trigger : undefined;
  }

  /** Resolves when everything before `end` has gone. */
  gone(end: number): Promise<void> {
    return new Promise((resolve) => {
      const last = this.#waiters.at(-1);
      if (last?.to === end) last.resolves.push(resolve);
      else this.#waiters.push({ to: end, resolves: [resolve] });
    });
  }

  /** Everything before `start` has gone. */
  settle(start: number): void {
    while (this.#waiters[0] && this.#waiters[0].to <= start)
      for (const resolve of this.#waiters.shift()?.resolves ?? []) resolve();
  }

  /** What was at `start` and behind it is now what stands for it, up to `end`: who waited for that waits for this. */
  move(start: number, end: number): void {
    if (this.#to > start) this.#to = end;
    const first = this.#waiters.findLastIndex(({ to }) => to <= start) + 1;
    const [moved, ...others] = this.#waiters.splice(first);
    if (!moved) return;
    // Into the one that has waited longest, which has the most of them.
    for (const { resolves } of others) for (const resolve of resolves) moved.resolves.push(resolve);
    this.#waiters.push({ to: end, resolves: moved.resolves });
  }
}
