/** How a failed batch is tried again. */
export interface RetryOptions {
  /** Milliseconds before the second attempt. Default 1000. */
  readonly minDelay?: number | undefined;
  /** The longest wait, in milliseconds. Default 30000. */
  readonly maxDelay?: number | undefined;
  /** What each wait is multiplied by to give the next, at least 1. Default 2. */
  readonly factor?: number | undefined;
  /** After so many attempts in all `onError` receives the batch. Default: it is tried until it succeeds. */
  readonly attempts?: number | undefined;
}

/** {@link RetryOptions} with every default in its place. */
export interface RetryPolicy {
  readonly minDelay: number;
  readonly maxDelay: number;
  readonly factor: number;
  readonly attempts: number;
}

/** Milliseconds to wait after the `attempt`th attempt (from 1) has failed. */
export function backoff(attempt: number, { minDelay, maxDelay, factor }: RetryPolicy): number {
  // The power may pass what a number holds, and zero times Infinity is no delay.
  return Math.min(maxDelay, minDelay * Math.min(factor ** (attempt - 1), Number.MAX_VALUE));
}
