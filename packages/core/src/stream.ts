import type { WatcherError } from './error.ts';
import type { ReloadReason, WatcherEvent } from './event.ts';

/**
 * The events of one source, for one consumer: iterate it, or `subscribe` to it, but not both and not twice.
 *
 * @example
 * ```ts
 * await using stream = watcher.events();
 * await stream.ready;
 * for await (const event of stream) console.log(event.actorName);
 * ```
 */
export interface WatchStream<E extends WatcherEvent = WatcherEvent>
  extends AsyncIterable<E>,
    AsyncDisposable {
  /**
   * Resolves when the source is subscribed to: from here on nothing is missed, so whoever lists now sees the
   * rest as events. Rejects with a {@link WatcherError} on a permanent fault, and with code `ABORTED` when the
   * stream is closed first. Never an unhandled rejection.
   */
  readonly ready: Promise<void>;
  /** Resolves when the stream is over and everything it held has been released. Never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Transient errors, out of band: the latest 64 are kept for whoever comes late. They never end the stream. */
  readonly errors: AsyncIterable<WatcherError>;
  /** Counters, free to read at any time. */
  readonly stats: Readonly<StreamStats>;
  /** The ForceReload of this stream's source, for whoever has to collapse events of it. */
  reload(reason: ReloadReason): E;
  /**
   * The synchronous fast path: what is held is pushed at once, everything later as it comes. A sink that keeps
   * events bounds them itself. Disposing closes the stream, as leaving a loop does.
   *
   * @throws {WatcherError} `SECOND_CONSUMER` when the stream is being consumed already; `INVALID_OPTION` for a sink without
   *   `push`
   */
  subscribe(sink: WatchSink<E>): Disposable;
  /** Closes the stream; resolves with `closed`. More than one call is fine. */
  close(): Promise<void>;
}

/** Where a stream pushes to. None of the three may block. */
export interface WatchSink<E extends WatcherEvent = WatcherEvent> {
  /** What it throws, or rejects with, closes the stream as failed: this event did not reach its consumer. */
  push(event: E): void;
  /** A transient error of the source. What it throws is one error more. */
  error?(error: WatcherError): void;
  /** The last call a sink gets. What it throws changes nothing any more. */
  close?(reason: CloseReason): void;
}

/**
 * How a stream came to its end: `aborted` by its consumer or a signal, `ended` by its source, or `failed` for
 * good, with the `error`.
 */
export interface CloseReason {
  readonly reason: 'aborted' | 'ended' | 'failed';
  readonly error?: WatcherError;
}

/**
 * Plain counters, since the stream began. Until it is closed, every event is in one place:
 * `received + overflows = delivered + merged + dropped + buffered`.
 */
export interface StreamStats {
  /** Events the source handed in, reloads included. */
  received: number;
  /** Events the consumer was handed, the ForceReload of an overflow included. */
  delivered: number;
  /** Events held right now, the ForceReload of an overflow included. */
  buffered: number;
  /** Events that became one with another while they were held. */
  merged: number;
  /** Events that a ForceReload `overflow` stands for, an earlier one of its kind included. */
  dropped: number;
  /** How often the consumer fell `capacity` events behind. */
  overflows: number;
  /** Transient errors. */
  errors: number;
}
