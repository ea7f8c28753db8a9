import {
  type CloseReason,
  countOption,
  invalidOption,
  type ReloadReason,
  type StreamStats,
  signalOption,
  type WatcherError,
  type WatcherEvent,
  type WatchOptions,
  type WatchSink,
  type WatchStream,
} from '@watcher/core';
import { asWatcherError, consumerFailed, neverOpened, secondConsumer } from './channel-errors.ts';
import { Counters, statsOf } from './counters.ts';
import { publishOverflow, publishStream } from './diagnostics.ts';
import { ErrorLog } from './error-log.ts';
import { HeldEvents, type StreamCoalesce } from './held-events.ts';
import { StreamIterator } from './stream-iterator.ts';

export interface EventChannelOptions<E extends WatcherEvent> extends WatchOptions {
  /** Which watcher it belongs to: the `source` of its events and errors. */
  readonly source: string;
  /** Builds the ForceReload of this source. */
  readonly reload: (reason: ReloadReason) => E;
  /** Keeps only the latest state of each key while events wait for their consumer. Default: keeps every event. */
  readonly coalesce?: StreamCoalesce<E> | undefined;
}

/** Runs until the source ends or `signal` says that nobody wants more, and releases what it holds on its way out. */
export type Producer = (signal: AbortSignal) => Promise<void>;

/**
 * The one implementation of a stream: a watcher pushes into it, its consumer takes from it.
 *
 * Bounded: when the consumer falls `capacity` events behind, all that is held becomes one ForceReload
 * `overflow`, and what comes later is held again. The producer is never made to wait.
 *
 * @example
 * ```ts
 * const channel = new EventChannel<FileEvent>({
 *   source: '/etc/app',
 *   reload: (reason) => forceReload('file', '/etc/app', reason, Date.now()),
 * });
 * channel.run(async (signal) => {
 *   channel.opened();
 *   for await (const event of changes(signal)) channel.push(event);
 * });
 * for await (const event of channel) console.log(formatEvent(event));
 * // => written routes.yml
 * ```
 */
export class EventChannel<E extends WatcherEvent> implements WatchStream<E>, WatchSink<E> {
  readonly ready: Promise<void>;
  readonly closed: Promise<CloseReason>;
  readonly stats: Readonly<StreamStats>;
  readonly source: string;

  readonly #capacity: number;
  readonly #onError: ((error: WatcherError) => void) | undefined;
  readonly #reload: (reason: ReloadReason) => E;
  readonly #held: HeldEvents<E>;
  readonly #counters = new Counters();
  readonly #errors = new ErrorLog();
  readonly #abort = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<CloseReason>();
  readonly #unlisten: () => void;

  #opened = false;
  #closing: CloseReason | undefined;
  #producer: Promise<void> | undefined;
  #sink: WatchSink<E> | undefined;
  #iterator: StreamIterator<E> | undefined;

  /** @throws {WatcherError} `INVALID_OPTION` for a `signal`, a `capacity` or an `onError` that is none */
  constructor({ source, reload, coalesce, signal, capacity, onError }: EventChannelOptions<E>) {
    this.source = source;
    this.#reload = reload;
    this.#capacity = countOption('capacity', capacity, 1024);
    if (onError !== undefined && typeof onError !== 'function')
      throw invalidOption('onError', 'a function', onError);
    this.#onError = onError;
    this.#held = new HeldEvents(coalesce);
    this.stats = statsOf(this.#counters, this.#held);
    this.closed = this.#closed.promise;
    this.ready = this.#ready.promise;
    this.ready.catch(() => {}); // whoever awaits it hears of it; nobody has to

    signalOption('signal', signal);
    const aborted = () => void this.#finish({ reason: 'aborted' }, signal?.reason);
    signal?.addEventListener('abort', aborted, { once: true });
    this.#unlisten = () => signal?.removeEventListener('abort', aborted);
    if (signal?.aborted) aborted();
  }

  get errors(): AsyncIterable<WatcherError> {
    return this.#errors;
  }

  reload(reason: ReloadReason): E {
    return this.#reload(reason);
  }

  // For the producer.

  /**
   * Starts the producer; not at all when the channel is closed already. When it returns, the stream has ended;
   * when it throws, the stream has failed; and `closed` waits for it.
   */
  run(producer: Producer): this {
    if (this.#closing) return this;
    this.#producer = start(producer, this.#abort.signal).then(
      () => void this.#finish({ reason: 'ended' }),
      (error) => void this.#finish({ reason: 'failed', error: asWatcherError(error, this.source) }),
    );
    return this;
  }

  /** The source is subscribed to: `ready` resolves. */
  opened(): void {
    if (this.#opened || this.#closing) return;
    this.#opened = true;
    this.#ready.resolve();
    publishStream(this.source, 'open');
  }

  push(event: E): void {
    if (this.#closing) return;
    this.#counters.received++;
    // Behind what is held, while that is on its way to a sink.
    if (this.#sink && this.#held.size === 0) this.#pushTo(this.#sink, event);
    else if (this.#iterator?.hand(event)) return;
    else this.#hold(event);
  }

  /**
   * Merges an event into one of its key that waits for the consumer, and returns whether one waits. Otherwise the
   * consumer does not get the event.
   */
  pushIfHeld(event: E): boolean {
    if (this.#closing) return false;
    try {
      if (!this.#held.merge(event)) return false;
    } catch (cause) {
      this.error(consumerFailed('The coalescing', cause, this.source));
      this.push(event);
      return true;
    }
    this.#counters.received++;
    this.#counters.merged++;
    return true;
  }

  #hold(event: E): void {
    try {
      if (this.#held.merge(event)) {
        this.#counters.merged++;
        return;
      }
      if (this.#held.size < this.#capacity) {
        this.#held.add(event);
        return;
      }
    } catch (cause) {
      // `coalesce` threw: the event is kept by itself.
      this.error(consumerFailed('The coalescing', cause, this.source));
      if (this.#closing) return;
      if (this.#held.size < this.#capacity) {
        this.#held.append(event);
        return;
      }
    }
    this.#overflow();
  }

  /** A transient error: told out of band, and the stream goes on. */
  error(error: WatcherError): void {
    if (this.#closing) return;
    this.#counters.errors++;
    this.#errors.add(error);
    this.#tell(() => this.#onError?.(error));
    this.#tell(() => this.#sink?.error?.(error));
  }

  /** Closes it: by its consumer without a reason, by its producer with one. */
  close(reason: CloseReason = { reason: 'aborted' }): Promise<void> {
    return this.#finish(reason);
  }

  // For the consumer.

  [Symbol.asyncIterator](): AsyncIterator<E> {
    this.#claim();
    this.#iterator = new StreamIterator(this.#held, () => this.close());
    if (this.#closing) this.#iterator.end(this.#closing);
    return this.#iterator;
  }

  subscribe(sink: WatchSink<E>): Disposable {
    if (typeof sink?.push !== 'function')
      throw invalidOption('sink', 'an object with push', sink, this.source);
    this.#claim();
    this.#sink = sink;
    while (this.#sink === sink && this.#held.size > 0) this.#pushTo(sink, this.#held.take());
    if (this.#closing) this.#closeSink(this.#closing);
    return { [Symbol.dispose]: () => void this.close() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #claim(): void {
    if (this.#sink || this.#iterator) throw secondConsumer(this.source);
  }

  #pushTo(sink: WatchSink<E>, event: E): void {
    try {
      const pushed: unknown = sink.push(event);
      // Where it is an async function after all, what it rejects with is what it threw.
      if (mayBeThenable(pushed)) promiseFor(pushed).catch((cause) => this.#sinkFailed(cause));
    } catch (cause) {
      this.#counters.released++;
      this.#sinkFailed(cause);
    }
  }

  /** The event is lost to this consumer: going on would leave its picture wrong in silence. */
  #sinkFailed(cause: unknown): void {
    const reason: CloseReason = { reason: 'failed', error: consumerFailed('The sink', cause, this.source) };
    this.#release();
    void this.#finish(reason);
    this.#closeSink(reason); // a stream that had ended keeps its reason; its sink hears of this one
  }

  /** Calls a listener for errors; if that throws or rejects, it is one error more, and no more than that. */
  #tell(listener: () => unknown): void {
    const failed = (cause: unknown) => {
      if (this.#closing) return;
      this.#counters.errors++;
      this.#errors.add(consumerFailed('An error listener', cause, this.source));
    };
    try {
      const result = listener();
      if (mayBeThenable(result)) promiseFor(result).catch(failed);
    } catch (cause) {
      failed(cause);
    }
  }

  #overflow(): void {
    const dropped = this.#held.size + 1;
    let reload: E;
    try {
      reload = this.#reload('overflow');
    } catch (cause) {
      // Without a reload these events would be lost silently.
      this.#counters.released++;
      this.#release();
      void this.#finish({ reason: 'failed', error: consumerFailed('The reload', cause, this.source) });
      return;
    }
    this.#held.replaceWith(reload);
    this.#counters.overflows++;
    this.#counters.dropped += dropped;
    publishOverflow(this.source, dropped);
  }

  /** The one way out. What is still held is delivered unless the consumer itself went away. */
  async #finish(reason: CloseReason, cause?: unknown): Promise<void> {
    if (!this.#closing) {
      this.#closing = reason;
      this.#unlisten();
      if (reason.reason === 'aborted') this.#release();
      if (!this.#opened) this.#ready.reject(reason.error ?? neverOpened(reason, cause, this.source));
      this.#abort.abort();
      this.#errors.end();
      this.#iterator?.end(reason);
      this.#closeSink(reason);
      publishStream(this.source, 'closed', reason);
      void Promise.resolve(this.#producer).then(() => this.#closed.resolve(reason));
    }
    await this.closed;
  }

  #release(): void {
    this.#counters.released += this.#held.size;
    this.#held.clear();
  }

  #closeSink(reason: CloseReason): void {
    const sink = this.#sink;
    if (!sink) return;
    this.#sink = CLOSED_SINK;
    try {
      const closed: unknown = sink.close?.(reason);
      if (mayBeThenable(closed)) promiseFor(closed).catch(() => {});
    } catch {
      // The stream is over and the sink was told; there is nothing left to keep right.
    }
  }
}

function mayBeThenable(returned: unknown): boolean {
  return (typeof returned === 'object' && returned !== null) || typeof returned === 'function';
}

/** A promise of ours for whatever a consumer returned: it settles once, and later. */
function promiseFor(returned: unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(returned));
}

/** A producer that throws at once has failed like any other. */
async function start(producer: Producer, signal: AbortSignal): Promise<void> {
  await producer(signal);
}

/** Stands where a sink was, so that the stream still counts as consumed. */
const CLOSED_SINK: WatchSink<never> = { push() {} };
