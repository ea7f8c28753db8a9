/**
 * Plain counters since the queue was made, free to read at any time. Every event that came is in one place:
 * `received + reloads = flushed + failed + merged + dropped + discarded + buffered + flushing`.
 */
export interface QueueStats {
  /** Events that came, pushed or from streams. */
  readonly received: number;
  /** Events in batches that `onFlush` took. */
  readonly flushed: number;
  /** Events in batches that were given up and went to `onError`. */
  readonly failed: number;
  /** Events that became one with another. */
  readonly merged: number;
  /** Events that were taken out by an overflow: a reload stands for them, or `onError` was given them. */
  readonly dropped: number;
  /** Events dropped by an abort, or that came when the queue was closed. */
  readonly discarded: number;
  /** Events that wait for a flush right now. */
  readonly buffered: number;
  /** Events in the batch that is under way right now, be it in `onFlush` or waiting for its next attempt. */
  readonly flushing: number;
  /** Batches that `onFlush` took. */
  readonly batches: number;
  /** Attempts that failed and were followed by another. */
  readonly retries: number;
  /** How often more than `capacity` events would have waited. */
  readonly overflows: number;
  /** Reloads that were put in the place of dropped events. */
  readonly reloads: number;
  /** Errors that `onError` was told of. */
  readonly errors: number;
}

/** The counters as the queue writes them. */
export type Counters = { -readonly [K in keyof QueueStats]: QueueStats[K] };

/**
 * Counts what happens by batch or rarer. The rest follows from it when somebody looks, so that counting costs
 * nothing per event; all are own properties, so that the whole can be spread and turned to JSON.
 */
export function countersOf(
  buffer: { readonly size: number },
  delivery: { readonly size: number },
  report: { readonly count: number },
): Counters {
  return {
    get received() {
      const { flushed, failed, merged, dropped, discarded, buffered, flushing, reloads } = this;
      return flushed + failed + merged + dropped + discarded + buffered + flushing - reloads;
    },
    flushed: 0,
    failed: 0,
    merged: 0,
    dropped: 0,
    discarded: 0,
    get buffered() {
      return buffer.size;
    },
    get flushing() {
      return delivery.size;
    },
    batches: 0,
    retries: 0,
    overflows: 0,
    reloads: 0,
    get errors() {
      return report.count;
    },
  };
}
