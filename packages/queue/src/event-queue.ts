import { type CloseReason, invalidOption, type WatcherEvent, type WatchStream } from '@watcher/core';
import { Buffer, type Origin } from './buffer.ts';
import { collapse } from './collapse.ts';
import { Deadline } from './deadline.ts';
import { Delivery, type Outcome } from './delivery.ts';
import { publishOverflow, publishState, type QueueState } from './diagnostics.ts';
import { ErrorReport } from './error-report.ts';
import { type EventQueueOptions, type FlushTrigger, type QueueSettings, queueSettings } from './options.ts';
import { type Counters, countersOf, type QueueStats } from './stats.ts';

/**
 * Collects events into batches and flushes them, one batch at a time.
 *
 * A flush starts within `flushInterval` of the first event of its batch, however many follow. Nothing is lost in
 * silence: what cannot be kept becomes a reload, what cannot be flushed goes to `onError`.
 *
 * @example
 * ```ts
 * await using queue = new EventQueue({
 *   flushInterval: 500,
 *   onFlush: (batch, { trigger }) => console.log(batch.length, trigger),
 *   onError: (error) => console.log(error.message),
 * });
 * queue.start(watcher.events());
 * await queue.flush();
 * // => 2 flush
 * ```
 */
export class EventQueue<E extends WatcherEvent = WatcherEvent> implements AsyncDisposable {
  /** Resolves when the queue is closed: the last flush is over, its streams are closed. Never rejects. */
  readonly closed: Promise<void>;
  /** Counters, free to read at any time. */
  readonly stats: Readonly<QueueStats>;

  readonly #settings: QueueSettings<E>;
  /** Whether an event has more to say than that it came. */
  readonly #heedsEach: boolean;
  /** The least size at which there may be something to do; below, and beyond the first, there is not. */
  readonly #attention: number;
  readonly #buffer: Buffer<E>;
  readonly #deadline: Deadline;
  readonly #delivery: Delivery<E>;
  readonly #errors: ErrorReport<E>;
  readonly #counters: Counters;
  readonly #sources = new Set<Source<E>>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #released: Promise<unknown>[] = [];

  #state: QueueState = 'open';
  /** Everything buffered before this place goes at once, for the reason beside it. */
  #owedTo = 0;
  #owedFor: FlushTrigger = 'flush';
  #flushWaiters: FlushWaiter[] = [];
  /** What went wrong while an event was taken in; told when the queue is in order again. */
  readonly #troubles: { readonly error: unknown; readonly batch?: readonly E[] }[] = [];
  #idle: PromiseWithResolvers<void> | undefined;

  /** @throws {WatcherError} `INVALID_OPTION`, naming the option, what was expected and what was given */
  constructor(options: EventQueueOptions<E>) {
    const settings = queueSettings(options);
    this.#settings = settings;
    this.#heedsEach = settings.coalesce !== undefined || settings.quietPeriod !== undefined;
    this.#attention = Math.min(settings.maxBatch, settings.capacity + 1);
    this.#buffer = new Buffer(settings.coalesce);
    this.#deadline = new Deadline(settings.clock, settings.flushInterval, () => this.#advance());
    this.#errors = new ErrorReport(settings.name, settings.onError);
    this.#delivery = new Delivery(settings, {
      retrying: (error) => this.#retrying(error),
      settled: (batch, outcome, error) => this.#settled(batch, outcome, error),
      changed: () => this.#advance(),
    });
    this.#counters = countersOf(this.#buffer, this.#delivery, this.#errors);
    this.stats = this.#counters;
    this.closed = this.#closed.promise;
    publishState(settings.name, 'open');
    if (settings.signal?.aborted) this.#aborted();
    else settings.signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  /**
   * Takes the events of a stream, as its one consumer, until the stream ends or the queue is closed. Any number
   * may be started. A stream that ends by itself has its remainder flushed at once; its errors go to `onError`.
   * On a closed queue the stream is closed.
   *
   * @returns what closes the stream, and leaves what it brought
   * @throws {WatcherError} `SECOND_CONSUMER` when the stream is being consumed already
   */
  start(stream: WatchStream<E>): Disposable {
    const source: Source<E> = { stream };
    if (this.#state !== 'open') {
      stream.close().catch(() => {});
      return { [Symbol.dispose]() {} };
    }
    this.#sources.add(source);
    try {
      return stream.subscribe({
        push: (event) => this.#accept(event, stream),
        error: (error) => this.#errors.tell(error),
        close: (reason) => this.#sourceClosed(source, reason),
      });
    } catch (error) {
      this.#sources.delete(source);
      throw error;
    }
  }

  /** Adds an event. Never blocks, never throws; on a closed queue it is only counted. */
  push(event: E): void {
    this.#accept(event, undefined);
  }

  /**
   * Flushes what is buffered, without waiting for its time. Resolves when that has been flushed, given up or
   * discarded; never rejects.
   */
  flush(): Promise<void> {
    this.#owe('flush');
    const done = new Promise<void>((resolve) => this.#flushWaiters.push({ to: this.#buffer.end, resolve }));
    this.#advance();
    return done;
  }

  /** Resolves when nothing is buffered and no flush is under way; hurries nothing. Never rejects. */
  idle(): Promise<void> {
    this.#idle ??= Promise.withResolvers();
    const { promise } = this.#idle;
    this.#advance();
    return promise;
  }

  /**
   * Closes the queue and its streams; resolves with `closed`. A flush that runs is waited for, however long it
   * takes. More than one call is fine, and one without `drain` cuts short one with it.
   *
   * @param options.drain whether what is buffered is flushed first, or else discarded. Default: as `onAbort` says
   */
  close({ drain = this.#settings.onAbort === 'drain' }: { readonly drain?: boolean } = {}): Promise<void> {
    this.#close(drain ? 'draining' : 'aborting');
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(event: E, origin: Origin<E>): void {
    if (this.#state !== 'open') {
      this.#counters.discarded++;
      return;
    }
    // The hot path: of all events but the first and the last of a batch, nothing is asked but that they be kept.
    if (this.#heedsEach) this.#heed(event, origin);
    else {
      const size = this.#buffer.add(event, origin);
      if (size > 1 && size < this.#attention) return;
      if (size === 1) this.#deadline.open();
      if (size > this.#settings.capacity) this.#overflow();
    }
    if (this.#delivery.state === 'ready') {
      // Empty after an overflow that nothing stands for: then whoever waits for idleness waits no more.
      const { size } = this.#buffer;
      if (size >= this.#settings.maxBatch || size === 0) this.#advance();
      else this.#deadline.arm();
    }
    if (this.#troubles.length > 0)
      for (const { error, batch } of this.#troubles.splice(0)) this.#errors.tell(error, batch);
  }

  /** Takes in an event that may be merged, or that says how long to wait for the next. */
  #heed(event: E, origin: Origin<E>): void {
    const { quietPeriod, capacity } = this.#settings;
    if (this.#merge(event)) this.#counters.merged++;
    else {
      const size = this.#buffer.add(event, origin);
      if (size === 1) this.#deadline.open();
      if (size > capacity) this.#overflow();
    }
    if (quietPeriod) this.#deadline.settleIn(this.#quiet(quietPeriod, event));
  }

  /** An event whose `coalesce` throws is kept by itself. */
  #merge(event: E): boolean {
    if (!this.#settings.coalesce) return false;
    try {
      return this.#buffer.merge(event);
    } catch (error) {
      this.#troubles.push({ error });
      return false;
    }
  }

  /** An event whose `quietPeriod` throws, or is no time, waits for the interval. */
  #quiet(quietPeriod: (event: E) => number, event: E): number {
    try {
      const quiet = quietPeriod(event);
      if (quiet >= 0) return quiet;
      throw invalidOption(
        'quietPeriod',
        'a function that returns milliseconds of at least 0',
        quiet,
        this.#settings.name,
      );
    } catch (error) {
      this.#troubles.push({ error });
      return Number.POSITIVE_INFINITY;
    }
  }

  /** All that is buffered, the event that was one too many included, becomes one reload for each source. */
  #overflow(): void {
    const { collapse: collapsePushed, name } = this.#settings;
    const buffer = this.#buffer;
    const { start, size: dropped } = buffer;
    const { reloads, lost } = collapse(buffer.clearByOrigin(), collapsePushed, name);
    for (const reload of reloads) buffer.add(reload.event, reload.origin);
    // Whoever waits for what is gone waits for what stands for it.
    if (this.#owedTo > start) this.#owedTo = buffer.end;
    for (const waiter of this.#flushWaiters) if (waiter.to > start) waiter.to = buffer.end;
    for (const { events, error } of lost) this.#troubles.push({ error, batch: events });
    if (buffer.size === 0) this.#deadline.close();
    this.#counters.overflows++;
    this.#counters.dropped += dropped;
    this.#counters.reloads += reloads.length;
    publishOverflow(name, dropped, reloads.length);
  }

  #sourceClosed(source: Source<E>, { reason, error }: CloseReason): void {
    this.#sources.delete(source);
    if (reason === 'failed') this.#errors.tell(error);
    if (reason === 'aborted' || this.#state !== 'open') return;
    this.#owe('ended');
    this.#advance();
  }

  /** What is buffered now is to go as soon as no other flush is in the way. */
  #owe(trigger: FlushTrigger): void {
    if (this.#owedTo <= this.#buffer.start) this.#owedFor = trigger;
    this.#owedTo = this.#buffer.end;
  }

  #due(): FlushTrigger | undefined {
    if (this.#buffer.size === 0) return undefined;
    if (this.#owedTo > this.#buffer.start) return this.#owedFor;
    if (this.#buffer.size >= this.#settings.maxBatch) return 'size';
    return this.#deadline.due();
  }

  /** The one place that decides what comes next. Called whenever something may have become due. */
  #advance(): void {
    while (this.#delivery.state === 'ready') {
      this.#settleFlushWaiters();
      const trigger = this.#due();
      if (trigger === undefined) {
        this.#rest();
        return;
      }
      const batch = this.#buffer.take(this.#settings.maxBatch);
      if (this.#buffer.size === 0) this.#deadline.close();
      else this.#deadline.disarm(); // what `maxBatch` leaves over keeps its time
      this.#delivery.deliver(batch, trigger);
    }
  }

  /** Nothing is due and no flush is under way. */
  #rest(): void {
    if (this.#buffer.size > 0) {
      this.#deadline.arm();
      return;
    }
    this.#idle?.resolve();
    this.#idle = undefined;
    if (this.#state === 'draining' || this.#state === 'aborting') this.#end();
  }

  #settleFlushWaiters(): void {
    if (this.#flushWaiters.length === 0) return;
    const { start } = this.#buffer;
    for (const { to, resolve } of this.#flushWaiters) if (to <= start) resolve();
    this.#flushWaiters = this.#flushWaiters.filter(({ to }) => to > start);
  }

  #retrying(error: unknown): void {
    this.#counters.retries++;
    this.#errors.tell(error);
  }

  #settled(batch: readonly E[], outcome: Outcome, error: unknown): void {
    this.#counters[outcome] += batch.length;
    if (outcome === 'flushed') this.#counters.batches++;
    else if (outcome === 'failed') this.#errors.tell(error, batch);
  }

  readonly #aborted = (): void => {
    const { onAbort, signal } = this.#settings;
    this.#close(onAbort === 'drain' ? 'draining' : 'aborting', signal?.reason);
  };

  /** From open to draining or aborting, or from draining to aborting; there is no way back. */
  #close(to: 'draining' | 'aborting', reason?: unknown): void {
    if (this.#state !== 'open' && (this.#state !== 'draining' || to !== 'aborting')) return;
    this.#state = to;
    publishState(this.#settings.name, to);
    for (const { stream } of this.#sources) this.#release(stream);
    if (to === 'draining') {
      this.#owe('drain');
      this.#delivery.hurry();
    } else {
      this.#counters.discarded += this.#buffer.clear().length;
      this.#deadline.close();
      this.#delivery.abort(reason);
    }
    this.#advance();
  }

  #end(): void {
    this.#state = 'closed';
    this.#settings.signal?.removeEventListener('abort', this.#aborted);
    publishState(this.#settings.name, 'closed');
    void Promise.allSettled(this.#released).then(() => this.#closed.resolve());
  }

  #release(stream: WatchStream<E>): void {
    this.#released.push(stream.close());
  }
}

/** One started stream. */
interface Source<E extends WatcherEvent> {
  readonly stream: WatchStream<E>;
}

/** A call of `flush` that waits for everything before place `to`. */
interface FlushWaiter {
  to: number;
  readonly resolve: () => void;
}
