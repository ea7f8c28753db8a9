import type { Clock, Timer } from '@watcher/core';

/**
 * When what is buffered has to go: `interval` after the first event, or earlier, when it has been quiet for long
 * enough.
 *
 * One timer at most. An event that moves the moment back leaves the timer where it is; when it fires too early
 * it is set anew for the rest. So a storm costs no timer per event.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #onDue: () => void;
  #windowEnd = Number.POSITIVE_INFINITY;
  #quietEnd = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  /** When the timer fires; Infinity without one. */
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param onDue called, while armed, when {@link due} has an answer */
  constructor(clock: Clock, interval: number, onDue: () => void) {
    this.#clock = clock;
    this.#interval = interval;
    this.#onDue = onDue;
  }

  /** The first event was buffered; or one that stands for it and what came since, and its time goes on. */
  open(): void {
    if (this.#windowEnd === Number.POSITIVE_INFINITY)
      this.#windowEnd = this.#clock.monotonic() + this.#interval;
  }

  /** An event was buffered that is content to go once nothing came for `quiet` milliseconds. */
  settleIn(quiet: number): void {
    this.#quietEnd = this.#clock.monotonic() + quiet;
  }

  /** What is due by now, if anything is. */
  due(): 'interval' | 'quiet' | undefined {
    const now = this.#clock.monotonic();
    if (this.#windowEnd <= now) return 'interval';
    if (this.#quietEnd <= now) return 'quiet';
    return undefined;
  }

  /** Sees to it that `onDue` is called in time. */
  arm(): void {
    const at = Math.min(this.#windowEnd, this.#quietEnd);
    if (at >= this.#timerAt) return;
    this.#disarm();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimeout(this.#fired, Math.max(0, at - this.#clock.monotonic()));
  }

  /** Nothing is buffered any more. */
  close(): void {
    this.#disarm();
    this.#windowEnd = Number.POSITIVE_INFINITY;
    this.#quietEnd = Number.POSITIVE_INFINITY;
  }

  readonly #fired = (): void => {
    // Timers may fire a fraction of a millisecond early by the clock; the timer's word counts.
    const at = Math.max(this.#timerAt, this.#clock.monotonic());
    this.#forgetTimer();
    if (this.#windowEnd <= at) this.#windowEnd = Number.NEGATIVE_INFINITY;
    else if (this.#quietEnd <= at) this.#quietEnd = Number.NEGATIVE_INFINITY;
    if (this.due()) this.#onDue();
    else this.arm();
  };

  #disarm(): void {
    if (this.#timerAt === Number.POSITIVE_INFINITY) return;
    this.#clock.clearTimeout(this.#timer);
    this.#forgetTimer();
  }

  #forgetTimer(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}
