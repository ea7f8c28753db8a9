import { MemorySource, MemoryWatcher, memoryChannel } from '../memory-watcher.ts';
import { type Liar, lying, streamOf, watching } from './liar.ts';

export const readinessLiars: readonly Liar[] = [
  {
    does: 'begins to watch when its first event is asked for',
    caughtBy: 'watching begins with events(), without a consumer',
    says: /for the stream to receive the event of a change/,
    harness: watching((source) => ({
      events: (options) => {
        const channel = memoryChannel(options);
        let consumed = false;
        source.listen((event) => consumed && channel.push(event));
        queueMicrotask(() => channel.opened());
        return streamOf(channel, {
          [Symbol.asyncIterator]: () => {
            consumed = true;
            return channel[Symbol.asyncIterator]();
          },
        });
      },
    })),
  },
  {
    does: 'is ready before it listens',
    caughtBy: 'once `ready` has resolved, a change is an event',
    says: /for the event of file-1/,
    harness: watching((source) => ({
      events: (options) => {
        const channel = memoryChannel(options);
        channel.opened();
        setImmediate(() => source.listen((event) => channel.push(event)));
        return channel;
      },
    })),
  },
  {
    does: 'tells of another actor',
    caughtBy: 'once `ready` has resolved, a change is an event',
    says: /for the event of file-1/,
    harness: watching((source) => {
      const renaming = new MemorySource();
      source.listen((event) => renaming.tell({ ...event, actorName: `not-${event.actorName}` }));
      return new MemoryWatcher(renaming);
    }),
  },
  {
    does: 'resolves `ready` when it is closed',
    caughtBy: '`ready` rejects with ABORTED when the stream is closed first',
    says: /Missing expected rejection/,
    harness: lying((inner) => ({ ready: inner.ready.catch(() => {}) })),
  },
  {
    does: "rejects `ready` with the signal's own reason",
    caughtBy: '`ready` rejects with ABORTED when the signal is aborted already',
    says: /AbortError/,
    harness: lying((inner, options) => {
      const ready = inner.ready.catch(() => Promise.reject(options?.signal?.reason));
      ready.catch(() => {});
      return { ready };
    }),
  },
  {
    does: 'lets a rejected `ready` go unhandled',
    caughtBy: 'a `ready` that nobody awaits is no unhandled rejection',
    says: /was aborted before its source was subscribed to/,
    harness: lying((inner) => ({ ready: inner.ready.then(() => {}) })),
  },
];
