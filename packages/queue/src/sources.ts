import type { WatcherEvent, WatchSink, WatchStream } from '@watcher/core';

/** The streams that a queue was given, until they have let go of everything. */
export class Sources<E extends WatcherEvent> {
  /** One for each call: a stream that is given a second time is still that of the first. */
  readonly #held = new Set<{ readonly stream: WatchStream<E> }>();

  /** @throws {WatcherError} `SECOND_CONSUMER` when the stream is being consumed already */
  start(stream: WatchStream<E>, sink: WatchSink<E>): Disposable {
    // Before the stream is subscribed to: what it held may fill a batch, and that flush may close the queue.
    const release = this.#hold(stream);
    try {
      return stream.subscribe(sink);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes a stream that comes too late. */
  refuse(stream: WatchStream<E>): void {
    this.#hold(stream);
    closeStream(stream);
  }

  /** Closes them all. */
  close(): void {
    for (const { stream } of this.#held) closeStream(stream);
  }

  /** Resolves when all have let go of everything, whoever closed them. */
  async closed(): Promise<void> {
    await Promise.allSettled([...this.#held].map(({ stream }) => stream.closed));
  }

  /** Holds a stream until it is over. Returns what lets go of it before. */
  #hold(stream: WatchStream<E>): () => void {
    const source = { stream };
    const release = () => void this.#held.delete(source);
    const { closed } = stream;
    this.#held.add(source);
    Promise.resolve(closed).then(release, release);
    return release;
  }
}

/** Whatever a stream of another maker does when it is closed, the others are closed, too. */
function closeStream(stream: WatchStream): void {
  try {
    Promise.resolve(stream.close()).catch(() => {});
  } catch {
    // `closed` says when it is over.
  }
}
