import type { Clock, Timer } from '@watcher/core';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock held by hand: time stands still until `advance`. Timers fire in the order of their time, and of their
 * making where that is equal.
 *
 * @example
 * ```ts
 * import { EventQueue } from '@watcher/queue';
 *
 * const clock = new ManualClock();
 * const onFlush = () => console.log(new Date(clock.now()).toISOString());
 * const queue = new EventQueue({ clock, flushInterval: 1000, onFlush, onError });
 * queue.push(event);
 * await clock.advance(1000);
 * // => 2020-01-01T00:00:01.000Z
 * ```
 */
export class ManualClock implements Clock {
  readonly #pending = new Set<Pending>();
  #now: number;
  #monotonic = 0;
  #order = 0;
  /** Advances happen one after the other, so that time never goes back. */
  #advanced: Promise<void> = Promise.resolve();

  /** @param now milliseconds since the epoch at the start. Default: 2020-01-01T00:00:00Z */
  constructor(now = 1_577_836_800_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const at = this.#monotonic + Math.max(delay || 0, 0);
    const timer: Pending = { at, order: this.#order++, callback };
    this.#pending.add(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.#pending.delete(timer as Pending);
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Milliseconds until each waiting timer fires, soonest first: what is waited for, and for how long. */
  get delays(): number[] {
    return Array.from(this.#pending, ({ at }) => Math.max(0, at - this.#monotonic)).sort((a, b) => a - b);
  }

  /** Milliseconds until the next timer, or undefined when none waits. */
  get next(): number | undefined {
    const first = this.#first();
    return first && first.at - this.#monotonic;
  }

  /**
   * Lets `milliseconds` pass, firing what falls due on the way. Before each timer and at the end everything that
   * is waiting on settled promises runs, so that timers set by one another are seen. A second call while one is
   * under way begins where that one ends.
   *
   * @throws {RangeError} when time would go back
   * @throws what a timer's callback throws; the clock then stands at that timer
   */
  async advance(milliseconds: number): Promise<void> {
    checkSpan(milliseconds);
    const advanced = this.#advanced.then(() => this.#advanceTo(this.#monotonic + milliseconds));
    this.#advanced = advanced.catch(() => {});
    await advanced;
  }

  /**
   * Lets `milliseconds` pass as a process that stands still sees it: nothing fires, until the next `advance`, or the
   * one that is under way, fires what has become due, late.
   *
   * @throws {RangeError} when time would go back
   */
  stall(milliseconds: number): void {
    checkSpan(milliseconds);
    this.#moveTo(this.#monotonic + milliseconds);
  }

  /** Sets the wall clock without time passing, as an administrator or NTP does. Timers do not notice. */
  setNow(now: number): void {
    this.#now = now;
  }

  async #advanceTo(end: number): Promise<void> {
    await settle();
    // A callback may have stalled the clock past the end: what has become due by then is fired, too.
    const isDue = ({ at }: Pending) => at <= Math.max(end, this.#monotonic);
    for (let timer = this.#first(); timer && isDue(timer); timer = this.#first()) {
      this.#moveTo(timer.at);
      this.#pending.delete(timer);
      timer.callback();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** Never back: a timer that is late is fired now. */
  #moveTo(time: number): void {
    const monotonic = Math.max(time, this.#monotonic);
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #first(): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

function checkSpan(milliseconds: number): void {
  if (!(milliseconds >= 0)) throw new RangeError(`Time goes forward: ${milliseconds} is no span of it.`);
}

/** Resolves after all that only waits on settled promises has run: one turn of the event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
