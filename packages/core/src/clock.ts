/** A pending timer, opaque to everyone but the clock that gave it. */
export type Timer = unknown;

/** The single seam for time. Every watcher and the queue take one; `@watcher/testing/clock` holds one by hand. */
export interface Clock {
  /** Milliseconds since the epoch. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment. Never goes back. */
  monotonic(): number;
  /** Calls `callback` once, after at least `delay` milliseconds (0 to 2147483647). */
  setTimeout(callback: () => void, delay: number): Timer;
  /** Forgets a timer; one that has fired, or was forgotten before, is ignored. */
  clearTimeout(timer: Timer): void;
}

/** The machine's own clock and Node's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/**
 * Waits `milliseconds` on `clock`. Resolves true when the time has passed and false, at once, when
 * `signal` is or becomes aborted. Leaves neither timer nor listener behind.
 *
 * @example
 * ```ts
 * if (await delay(systemClock, 5, AbortSignal.timeout(60_000))) console.log('five milliseconds later');
 * // => five milliseconds later
 * ```
 */
export function delay(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const aborted = () => {
      clock.clearTimeout(timer);
      resolve(false);
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', aborted);
      resolve(true);
    }, milliseconds);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
