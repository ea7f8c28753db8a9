import type { WatchSink } from '@watcher/core';
import type { FileEvent } from '@watcher/events';
import { MemoryWatcher } from '../memory-watcher.ts';
import { type Liar, lying, streamOf, watching } from './liar.ts';

export const consumersLiars: readonly Liar[] = [
  {
    does: 'takes a second consumer and gives it nothing',
    caughtBy: 'a second consumer is told SECOND_CONSUMER, and the first goes on',
    says: /Missing expected exception/,
    harness: lying((inner) => {
      let iterated = false;
      return {
        [Symbol.asyncIterator]: () => {
          if (iterated) return { next: () => new Promise(() => {}) };
          iterated = true;
          return inner[Symbol.asyncIterator]();
        },
      };
    }),
  },
  ...[
    'leaving the loop by break closes the stream',
    'leaving the loop by a throw closes the stream and throws on',
  ].map(
    (caughtBy): Liar => ({
      does: 'does not notice that a loop was left',
      caughtBy,
      says: /for `closed` to resolve/,
      harness: lying((inner) => ({
        [Symbol.asyncIterator]: () => {
          const iterator = inner[Symbol.asyncIterator]();
          return { next: () => iterator.next() };
        },
      })),
    }),
  ),
  {
    does: 'lets a loop be left before it has let go',
    caughtBy: 'leaving the loop waits until the stream has let go',
    says: /was left by break before `closed` resolved/,
    harness: lying((inner) => ({
      [Symbol.asyncIterator]: () => {
        const iterator = inner[Symbol.asyncIterator]();
        return {
          next: () => iterator.next(),
          return: async () => {
            setTimeout(() => inner.close(), 50);
            return { value: undefined, done: true };
          },
        };
      },
    })),
  },
  {
    does: 'pushes what is held only later',
    caughtBy: 'subscribing pushes what is held before it returns, and later events as they come',
    says: /was not pushed at once/,
    harness: lying((inner) => ({
      subscribe: (sink) => {
        setImmediate(() => inner.subscribe(sink));
        return { [Symbol.dispose]: () => void inner.close() };
      },
    })),
  },
  {
    does: 'goes on pushing after a subscription was disposed',
    caughtBy: 'disposing a subscription closes the stream, and the sink hears of it last',
    says: /actorName: 'file-2'/,
    harness: watching((source) => ({
      events: (options) => {
        const channel = new MemoryWatcher(source).events(options);
        return streamOf(channel, {
          subscribe: (sink) => {
            source.listen((event) => sink.push(event));
            return channel.subscribe({ push() {}, close: (reason) => sink.close?.(reason) });
          },
        });
      },
    })),
  },
  {
    does: 'does not close when a subscription is disposed',
    caughtBy: 'disposing a subscription closes the stream, and the sink hears of it last',
    says: /for `closed` to resolve/,
    harness: lying((inner) => ({
      subscribe: (sink) => {
        inner.subscribe(sink);
        return { [Symbol.dispose]: () => {} };
      },
    })),
  },
  {
    does: 'swallows what a sink throws',
    caughtBy: 'a sink that throws fails the stream, since its event is lost',
    says: /for `closed` to resolve/,
    harness: lying((inner) => ({ subscribe: (sink) => inner.subscribe(forgiving(sink)) })),
  },
];

function forgiving(sink: WatchSink<FileEvent>): WatchSink<FileEvent> {
  return {
    ...sink,
    push: (event) => {
      try {
        sink.push(event);
      } catch {
        // as if nothing had been lost
      }
    },
  };
}
