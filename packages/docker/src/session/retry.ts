import { durationOption, invalidOption } from '@watcher/core';
import { isObject } from '../kind-of.ts';

/** Waits that grow from attempt to attempt. */
export interface BackoffOptions {
  /** Milliseconds before the first retry. Default 1000. */
  readonly minDelay?: number;
  /** The longest wait, in milliseconds. Default 30000, or `minDelay` if that is longer. */
  readonly maxDelay?: number;
  /** What each wait is multiplied by to give the next; at least 1. Default 2. */
  readonly factor?: number;
  /** How much of a wait is left to chance, from 0 to 1, so that many do not retry in step. Default 0.5. */
  readonly jitter?: number;
}

export type Backoff = Readonly<Required<BackoffOptions>>;

const DEFAULT_INTERVAL = 3000;

/**
 * What `retryInterval` means: a number is a fixed wait.
 *
 * @throws {WatcherError} `INVALID_OPTION`, naming the part that is wrong
 */
export function backoffOption(given: number | BackoffOptions | undefined): Backoff {
  if (!isObject(given)) {
    const fixed = durationOption('retryInterval', given, DEFAULT_INTERVAL);
    return { minDelay: fixed, maxDelay: fixed, factor: 1, jitter: 0 };
  }
  const { factor = 2, jitter = 0.5 } = given;
  const minDelay = durationOption('retryInterval.minDelay', given.minDelay, 1000);
  const maxDelay = durationOption(
    'retryInterval.maxDelay',
    given.maxDelay,
    Math.max(30_000, minDelay),
    minDelay,
  );
  if (!(typeof factor === 'number' && factor >= 1))
    throw invalidOption('retryInterval.factor', 'a number of at least 1', factor);
  if (!(typeof jitter === 'number' && jitter >= 0 && jitter <= 1))
    throw invalidOption('retryInterval.jitter', 'a number from 0 to 1', jitter);
  return { minDelay, maxDelay, factor, jitter };
}

/**
 * Milliseconds to wait after the `failures`th failure in a row (from 1).
 *
 * @param random from 0 to 1: where in the part that is left to chance the wait falls
 */
export function retryDelay(
  failures: number,
  { minDelay, maxDelay, factor, jitter }: Backoff,
  random: number,
): number {
  const full = Math.min(maxDelay, minDelay * Math.min(factor ** (failures - 1), Number.MAX_VALUE));
  return full * (1 - jitter * random);
}
