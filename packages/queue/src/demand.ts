import type { FlushTrigger } from './options.ts';

/** A call of `flush` that waits for everything before place `to`. */
interface Waiter {
  to: number;
  readonly resolve: () => void;
}

/** What was told to go at once, all events before a place, and who waits until they have gone. */
export class Demand {
  #to = 0;
  #trigger: FlushTrigger = 'flush';
  #waiters: Waiter[] = [];

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
    return new Promise((resolve) => this.#waiters.push({ to: end, resolve }));
  }

  /** Everything before `start` has gone. */
  settle(start: number): void {
    if (this.#waiters.length === 0) return;
    for (const { to, resolve } of this.#waiters) if (to <= start) resolve();
    this.#waiters = this.#waiters.filter(({ to }) => to > start);
  }

  /** What was at `start` and behind it is now what stands for it, up to `end`: who waited for that waits for this. */
  move(start: number, end: number): void {
    if (this.#to > start) this.#to = end;
    for (const waiter of this.#waiters) if (waiter.to > start) waiter.to = end;
  }
}
