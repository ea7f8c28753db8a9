import {
  type Clock,
  type Coalesce,
  clockOption,
  countOption,
  durationOption,
  invalidOption,
  MAX_DELAY,
  signalOption,
  type WatcherEvent,
} from '@watcher/core';
import type { RetryOptions, RetryPolicy } from './backoff.ts';

/** What made a flush start. */
export type FlushTrigger =
  /** `flushInterval` has passed since the first event of the batch. */
  | 'interval'
  /** Nothing came for the `quietPeriod`. */
  | 'quiet'
  /** `maxBatch` events were buffered. */
  | 'size'
  /** `flush()` was called. */
  | 'flush'
  /** A source ended by itself; nothing more is to be expected of it. */
  | 'ended'
  /** The queue is closing and was told to drain. */
  | 'drain';

/** What a flush is told beside its batch. */
export interface FlushContext {
  /** Fires when the queue is aborted, and not to drain, while this flush runs. Each attempt has its own. */
  readonly signal: AbortSignal;
  /** What made the flush start; a retry keeps the trigger of its first attempt. */
  readonly trigger: FlushTrigger;
  /** 1, and one more with each retry of the batch. */
  readonly attempt: number;
}

export interface EventQueueOptions<E extends WatcherEvent = WatcherEvent> {
  /**
   * Takes a batch, oldest event first, never empty. The next flush waits for the promise it returns. Awaiting
   * the queue's own `flush`, `idle` or `close` in here would wait for itself.
   */
  readonly onFlush: (batch: readonly E[], context: FlushContext) => void | Promise<void>;
  /**
   * Told of every failed flush, of the streams' own errors, and of an overflow that nothing could stand in for.
   * With `batch`, these events are given up and this is their last appearance; without, nothing was lost.
   */
  readonly onError: (error: Error, batch?: readonly E[]) => void;
  /** Milliseconds from the first buffered event to the flush, 0 to 2147483647. Default 1000. */
  readonly flushInterval?: number | undefined;
  /**
   * Flushes earlier, once nothing came for this many milliseconds. A function decides by event, and the latest
   * event counts: a `die` may wait for the `start` that often follows, a `start` need not. Infinity from it
   * means: wait for the interval. Default: none.
   */
  readonly quietPeriod?: number | ((event: E) => number) | undefined;
  /** The most events in one batch; so many are flushed at once. At most `capacity`. Default: no limit. */
  readonly maxBatch?: number | undefined;
  /** Merges waiting events of one key, within one `source`. Default: every event is kept. */
  readonly coalesce?: Coalesce<E> | undefined;
  /**
   * Events that may wait, beside the batch being flushed. One more, and all of them become one reload for each
   * source. Default 10000.
   */
  readonly capacity?: number | undefined;
  /**
   * Stands in for pushed events past `capacity`; called once for each `source` among them. A started stream
   * brings its own. Default: none; `onError` receives the events.
   */
  readonly collapse?: ((dropped: readonly E[]) => E) | undefined;
  /** Tries a failed batch again, ahead of what came later. Default: it is given to `onError` instead. */
  readonly retry?: RetryOptions | undefined;
  /** What becomes of buffered events on abort, and on `close()` that does not say. Default `'discard'`. */
  readonly onAbort?: 'discard' | 'drain' | undefined;
  /** Aborting it closes the queue. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** The `source` of its errors and its name in diagnostics. Default `'queue'`. */
  readonly name?: string | undefined;
}

/** The options with every default in its place. */
export interface QueueSettings<E extends WatcherEvent> {
  readonly onFlush: EventQueueOptions<E>['onFlush'];
  readonly onError: EventQueueOptions<E>['onError'];
  readonly flushInterval: number;
  readonly quietPeriod: ((event: E) => number) | undefined;
  readonly maxBatch: number;
  readonly coalesce: Coalesce<E> | undefined;
  readonly capacity: number;
  readonly collapse: ((dropped: readonly E[]) => E) | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly onAbort: 'discard' | 'drain';
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly name: string;
}

/** @throws {WatcherError} `INVALID_OPTION`, naming the option, what was expected and what was given */
export function queueSettings<E extends WatcherEvent>(options: EventQueueOptions<E>): QueueSettings<E> {
  if (typeof options !== 'object' || options === null)
    throw invalidOption('options', 'an object with onFlush and onError', options);
  const { coalesce, onAbort = 'discard', name = 'queue' } = options;
  if (coalesce !== undefined) {
    requireFunction('coalesce.key', coalesce?.key);
    requireFunction('coalesce.merge', coalesce?.merge);
  }
  if (onAbort !== 'discard' && onAbort !== 'drain')
    throw invalidOption('onAbort', "'discard' or 'drain'", onAbort);
  if (typeof name !== 'string') throw invalidOption('name', 'a string', name);
  const capacity = countOption('capacity', options.capacity, 10_000);
  return {
    onFlush: requireFunction('onFlush', options.onFlush),
    onError: requireFunction('onError', options.onError),
    flushInterval: durationOption('flushInterval', options.flushInterval, 1000),
    quietPeriod: quietPeriod(options.quietPeriod),
    maxBatch: maxBatch(options.maxBatch, capacity),
    coalesce,
    capacity,
    collapse: options.collapse === undefined ? undefined : requireFunction('collapse', options.collapse),
    retry: options.retry === undefined ? undefined : retrySettings(options.retry),
    onAbort,
    signal: signalOption('signal', options.signal),
    clock: clockOption('clock', options.clock),
    name,
  };
}

function requireFunction<F>(option: string, given: F): F {
  if (typeof given === 'function') return given;
  throw invalidOption(option, 'a function', given);
}

function quietPeriod<E extends WatcherEvent>(
  given: EventQueueOptions<E>['quietPeriod'],
): QueueSettings<E>['quietPeriod'] {
  if (given === undefined || typeof given === 'function') return given;
  const period = durationOption('quietPeriod', given, 0);
  return () => period;
}

function maxBatch(given: number | undefined, capacity: number): number {
  const count = countOption('maxBatch', given, Number.POSITIVE_INFINITY);
  if (count === Number.POSITIVE_INFINITY || count <= capacity) return count;
  throw invalidOption('maxBatch', `at most the capacity, ${capacity}`, given);
}

function retrySettings(given: RetryOptions): RetryPolicy {
  if (typeof given !== 'object' || given === null)
    throw invalidOption('retry', 'an object with minDelay, maxDelay and factor', given);
  const minDelay = durationOption('retry.minDelay', given.minDelay, 1000);
  const maxDelay = durationOption('retry.maxDelay', given.maxDelay, Math.max(30_000, minDelay));
  if (maxDelay < minDelay)
    throw invalidOption(
      'retry.maxDelay',
      `milliseconds from retry.minDelay, ${minDelay}, to ${MAX_DELAY}`,
      maxDelay,
    );
  const factor = given.factor ?? 2;
  if (!(Number.isFinite(factor) && factor >= 1))
    throw invalidOption('retry.factor', 'a number of at least 1', factor);
  return {
    minDelay,
    maxDelay,
    factor,
    attempts: countOption('retry.attempts', given.attempts, Number.POSITIVE_INFINITY),
  };
}
