import type { CloseReason, WatcherError } from '@watcher/core';
import { MemoryWatcher } from '../memory-watcher.ts';
import { type Liar, lying, watching } from './liar.ts';

export const closingLiars: readonly Liar[] = [
  {
    does: 'throws the reason of an abort',
    caughtBy: 'iterating ends quietly on abort, and `closed` says aborted',
    says: /the reason of the one who aborts/,
    harness: lying((inner, options) => ({
      [Symbol.asyncIterator]: () => {
        const iterator = inner[Symbol.asyncIterator]();
        return {
          next: async () => {
            const result = await iterator.next();
            if (result.done) options?.signal?.throwIfAborted();
            return result;
          },
        };
      },
    })),
  },
  {
    does: 'says of an abort that its source ended',
    caughtBy: 'a signal that is aborted already makes a stream that is closed',
    says: /reason: 'ended'/,
    harness: lying((inner) => ({ closed: inner.closed.then((): CloseReason => ({ reason: 'ended' })) })),
  },
  {
    does: 'ignores a signal that is aborted already',
    caughtBy: 'a signal that is aborted already makes a stream that is closed',
    says: /for the iteration to end/,
    harness: watching((source) => ({
      events: ({ signal, ...options } = {}) =>
        new MemoryWatcher(source).events(
          signal?.aborted ? options : { ...options, ...(signal && { signal }) },
        ),
    })),
  },
  {
    does: 'delivers after an abort what it still held',
    caughtBy: 'after an abort nothing more is delivered',
    says: /actorName: 'file-1'/,
    harness: watching((source) => ({
      events: ({ signal, ...options } = {}) => {
        const channel = new MemoryWatcher(source).events(options);
        signal?.addEventListener('abort', () => void channel.close({ reason: 'ended' }));
        return channel;
      },
    })),
  },
  {
    does: 'never resolves a second close()',
    caughtBy: 'close() may be called any number of times, and each call resolves',
    says: /for both calls of close\(\) to resolve/,
    harness: lying((inner) => {
      let calls = 0;
      return { close: () => (calls++ === 0 ? inner.close() : new Promise(() => {})) };
    }),
  },
  {
    does: 'resolves close() before it has let go',
    caughtBy: 'close() resolves once the stream has let go, and no sooner',
    says: /before `closed` did/,
    harness: lying((inner) => ({ close: async () => void setTimeout(() => inner.close(), 50) })),
  },
  {
    does: 'does not close at the end of `await using`',
    caughtBy: '`await using` closes the stream at the end of its block',
    says: /for `closed` to resolve/,
    harness: lying(() => ({ [Symbol.asyncDispose]: async () => {} })),
  },
  {
    does: 'leaves whoever reads its errors waiting',
    caughtBy: 'iterating `errors` ends when the stream closes, and at once when it has closed',
    says: /for `errors` to end with the stream/,
    harness: lying(() => ({
      errors: {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<WatcherError>>(() => {}) }),
      },
    })),
  },
];
