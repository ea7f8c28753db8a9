import type { Clock, Timer } from '@watcher/core';

/** Waits for one of three: a moment, a ring, an abort. One may wait at a time; a ring while nobody waits is kept. */
export class Alarm {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at `moment` on the monotonic clock (undefined: never), when rung, or when `signal` is aborted. */
  async until(moment: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      let timer: Timer;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener('abort', resolve as () => void, { once: true });
      if (moment !== undefined) {
        timer = this.#clock.setTimeout(resolve, Math.max(0, moment - this.#clock.monotonic()));
      }
      await promise;
      this.#wake = undefined;
      signal.removeEventListener('abort', resolve as () => void);
      if (moment !== undefined) this.#clock.clearTimeout(timer);
    }
    this.#rung = false;
  }
}
