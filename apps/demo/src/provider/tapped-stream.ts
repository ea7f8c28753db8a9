import type { WatcherEvent, WatchStream } from '@watcher/core';

/** Returns the same stream; `onEvent` is called with each event right before its subscriber. */
export function tapped<E extends WatcherEvent>(
  stream: WatchStream<E>,
  onEvent: (event: E) => void,
): WatchStream<E> {
  return {
    ready: stream.ready,
    closed: stream.closed,
    errors: stream.errors,
    stats: stream.stats,
    reload: (reason) => stream.reload(reason),
    subscribe: (sink) =>
      stream.subscribe({
        push(event) {
          onEvent(event);
          sink.push(event);
        },
        error: (error) => sink.error?.(error),
        close: (reason) => sink.close?.(reason),
      }),
    close: () => stream.close(),
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => stream.close().then(() => {}),
  };
}
