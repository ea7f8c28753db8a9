import type { StreamStats } from '@watcher/core';

/** Counters of a stream. `buffered` is looked up when asked for, so that counting costs next to nothing. */
export function countersOf(held: { readonly size: number }): StreamStats {
  return {
    received: 0,
    delivered: 0,
    get buffered() {
      return held.size;
    },
    merged: 0,
    dropped: 0,
    overflows: 0,
    errors: 0,
  };
}
