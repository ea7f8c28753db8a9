import type { CloseReason, WatcherEvent, WatchStream } from '@watcher/core';
import { Buffer, type Origin } from './buffer.ts';
import { Deadline } from './deadline.ts';
import { Delivery, type Outcome } from './delivery.ts';
import { Demand } from './demand.ts';
import { publishState, type QueueState } from './diagnostics.ts';
import { ErrorReport } from './error-report.ts';
import { Intake } from './intake.ts';
import { type EventQueueOptions, type FlushTrigger, type QueueSettings, queueSettings } from './options.ts';
import { Sources } from './sources.ts';
import { type Counters, countersOf, type QueueStats } from './stats.ts';
import { Turn } from './turn.ts';

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
  readonly #buffer: Buffer<E>;
  readonly #deadline: Deadline;
  readonly #demand = new Demand();
  readonly #delivery: Delivery<E>;
  readonly #errors: ErrorReport<E>;
  readonly #counters: Counters;
  readonly #intake: Intake<E>;
  readonly #sources = new Sources<E>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #turn = new Turn(() => this.#advance());

  #state: QueueState = 'open';
  #idle: PromiseWithResolvers<void> | undefined;

  /** @throws {WatcherError} `INVALID_OPTION`, naming the option, what was expected and what was given */
  constructor(options: EventQueueOptions<E>) {
    const settings = queueSettings(options);
    const buffer = new Buffer<E>(settings.coalesce);
    const deadline = new Deadline(settings.clock, settings.flushInterval, () => this.#advance());
    const errors = new ErrorReport<E>(settings.name, settings.onError);
    const delivery = new Delivery<E>(settings, {
      retrying: (error) => this.#retrying(error),
      settled: (batch, outcome, error) => this.#settled(batch, outcome, error),
      changed: () => this.#advance(true),
    });
    const counters = countersOf(buffer, delivery, errors);
    const collapsed = (start: number) => this.#demand.move(start, buffer.end);
    this.#settings = settings;
    this.#buffer = buffer;
    this.#deadline = deadline;
    this.#errors = errors;
    this.#delivery = delivery;
    this.#counters = counters;
    this.#intake = new Intake({ settings, buffer, deadline, counters, errors, collapsed });
    this.stats = counters;
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
    if (!this.#isOpen) {
      this.#sources.refuse(stream);
      return { [Symbol.dispose]() {} };
    }
    return this.#sources.start(stream, {
      push: (event) => this.#accept(event, stream),
      error: (error) => this.#errors.tell(error, { of: 'a stream' }),
      close: (reason) => this.#sourceClosed(reason),
    });
  }

  get #isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Adds an event. Never blocks, never throws; on a closed queue it is only counted. */
  push(event: E): void {
    this.#accept(event, undefined);
  }

  /**
   * Flushes what is buffered, without waiting for its time; a batch that waits for its next attempt keeps its
   * own. Resolves when that has been flushed, given up or discarded; never rejects.
   */
  flush(): Promise<void> {
    this.#demandAll('flush');
    const gone = this.#demand.gone(this.#buffer.end);
    this.#advance();
    return gone;
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
   * takes. More than one call is fine, and one that does not drain cuts short one that does.
   *
   * @param options.drain whether what is buffered is flushed first, or else discarded. Default: as `onAbort` says
   */
  close({
    drain = this.#settings.onAbort === 'drain',
  }: {
    readonly drain?: boolean | undefined;
  } = {}): Promise<void> {
    this.#close(drain ? 'draining' : 'aborting');
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(event: E, origin: Origin<E>): void {
    if (!this.#isOpen) {
      this.#counters.discarded++;
      return;
    }
    if (!this.#intake.take(event, origin)) return;
    if (!this.#isOpen) this.#acceptedTooLate();
    else if (this.#delivery.state === 'ready') {
      // Empty after an overflow that nothing stands for: then whoever waits for idleness waits no more.
      const { size } = this.#buffer;
      if (size >= this.#settings.maxBatch || size === 0) this.#advance();
      else this.#deadline.arm();
    }
    this.#intake.tellTroubles();
  }

  /** What `coalesce`, `quietPeriod` or `collapse` did while it was taken in has closed the queue. */
  #acceptedTooLate(): void {
    if (this.#state === 'draining') this.#demandAll('drain');
    else this.#discardBuffered();
    this.#advance();
  }

  #discardBuffered(): void {
    this.#counters.discarded += this.#buffer.clear().length;
    this.#deadline.close();
  }

  #sourceClosed({ reason, error }: CloseReason): void {
    if (reason === 'failed') this.#errors.tell(error, { of: 'a stream' });
    if (reason === 'aborted' || !this.#isOpen) return;
    this.#demandAll('ended');
    this.#advance();
  }

  /** What is buffered now is to go as soon as no other flush is in the way. */
  #demandAll(trigger: FlushTrigger): void {
    this.#demand.tell(trigger, this.#buffer.start, this.#buffer.end);
  }

  /**
   * The one place that decides what comes next. Called whenever something may have become due.
   *
   * @param follows whether a flush has just ended, so that the next one would follow it in this turn of the event loop
   */
  #advance(follows = false): void {
    let isFollowing = follows;
    while (this.#delivery.state === 'ready') {
      this.#demand.settle(this.#buffer.start);
      const trigger = this.#due();
      if (trigger === undefined) {
        this.#rest();
        return;
      }
      if (isFollowing && !this.#turn.hasTime()) {
        this.#turn.wait();
        return;
      }
      isFollowing = true;
      const batch = this.#buffer.take(this.#settings.maxBatch);
      // What `maxBatch` leaves over keeps its time.
      if (this.#buffer.size === 0) this.#deadline.close();
      this.#delivery.deliver(batch, trigger);
    }
  }

  #due(): FlushTrigger | undefined {
    const { size, start } = this.#buffer;
    if (size === 0) return undefined;
    return this.#demand.at(start) ?? (size >= this.#settings.maxBatch ? 'size' : this.#deadline.due());
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

  #retrying(error: unknown): void {
    this.#counters.retries++;
    this.#errors.tell(error, { of: 'onFlush' });
  }

  #settled(batch: readonly E[], outcome: Outcome, error: unknown): void {
    this.#counters[outcome] += batch.length;
    if (outcome === 'flushed') this.#counters.batches++;
    else if (outcome === 'failed') this.#errors.tell(error, { of: 'onFlush', batch });
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
    this.#sources.close();
    if (to === 'draining') {
      this.#demandAll('drain');
      this.#delivery.hurry();
    } else {
      this.#discardBuffered();
      this.#delivery.abort(reason);
    }
    this.#advance();
  }

  #end(): void {
    this.#state = 'closed';
    this.#turn.close();
    this.#settings.signal?.removeEventListener('abort', this.#aborted);
    publishState(this.#settings.name, 'closed');
    void this.#sources.closed().then(() => this.#closed.resolve());
  }
}
