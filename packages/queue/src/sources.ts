import type { WatcherEvent, WatchSink, WatchStream } from '@watcher/core';

/** The streams that a queue consumes. */
export class Sources<E extends WatcherEvent> {
  readonly #open = new Set<{ readonly stream: WatchStream<E> }>();
  #closing: Promise<unknown> = Promise.resolve();

  /** @throws {WatcherError} `SECOND_CONSUMER` when the stream is being consumed already */
  start(stream: WatchStream<E>, sink: Required<WatchSink<E>>): Disposable {
    const source = { stream };
    // Before the stream is subscribed to: what it held may fill a batch, and that flush may close the queue.
    this.#open.add(source);
    try {
      return stream.subscribe({
        push: (event) => sink.push(event),
        error: (error) => sink.error(error),
        close: (reason) => {
          this.#open.delete(source);
          sink.close(reason);
        },
      });
    } catch (error) {
      this.#open.delete(source);
      throw error;
    }
  }

  /** Closes them all; `closed` then waits for them. */
  close(): void {
    this.#closing = Promise.allSettled([...this.#open].map(({ stream }) => stream.close()));
  }

  /** Resolves when every stream that `close` closed has let go of everything. */
  async closed(): Promise<void> {
    await this.#closing;
  }
}
