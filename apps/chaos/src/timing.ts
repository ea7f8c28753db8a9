// Milliseconds. Short, so that many rounds fit into a second; long enough for two busy cores. A real daemon is
// slower by far.

/** `livenessInterval`. An engine tells its time to the second: at least one of its seconds. */
export const livenessInterval = { fake: 100, real: 1500 } as const;

/** `timeout`. */
export const timeout = { fake: 150, real: 1500 } as const;

/** `retryInterval`. */
export const retryInterval = { fake: 4, real: 50 } as const;

/** Options of the informer. The fake's lists lag by 60 ms at most, a real engine's by seconds. */
export const informerTiming = {
  fake: { flushInterval: 10, quietPeriod: 2, reconcile: 300, backoff: { minDelay: 4, maxDelay: 20 } },
  real: { flushInterval: 100, quietPeriod: 20, reconcile: 3000, backoff: { minDelay: 50, maxDelay: 200 } },
} as const;

/**
 * How fast the fake engine's clock runs, so that its seconds, which the overlap of a replay and the `Date` header
 * are measured in, come and go within a round.
 */
export const ENGINE_SPEED = 20;
