import type { StreamStats } from '@watcher/core';

/**
 * What a stream counts. Per event it is `received` alone: every event is in one place, so what was delivered
 * follows from the rest.
 */
export class Counters {
  received = 0;
  merged = 0;
  dropped = 0;
  overflows = 0;
  errors = 0;
  /** Events that were held, or on their way to the sink, when the consumer went away. */
  released = 0;
}

/** The counters as a consumer sees them: own properties, so that the whole can be spread and turned to JSON. */
export function statsOf(counters: Counters, held: { readonly size: number }): StreamStats {
  return {
    get received() {
      return counters.received;
    },
    get delivered() {
      const { received, overflows, merged, dropped, released } = counters;
      return received + overflows - merged - dropped - released - held.size;
    },
    get buffered() {
      return held.size;
    },
    get merged() {
      return counters.merged;
    },
    get dropped() {
      return counters.dropped;
    },
    get overflows() {
      return counters.overflows;
    },
    get errors() {
      return counters.errors;
    },
  };
}
