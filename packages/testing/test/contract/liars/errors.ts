import type { WatcherError } from '@watcher/core';
import { forceReload } from '@watcher/events';
import { afterDisturbance, created } from '../memory-watcher.ts';
import { disturbed, type Inner, type Liar, streamOf } from './liar.ts';

export const errorsLiars: readonly Liar[] = [
  {
    does: 'keeps a transient error to itself',
    caughtBy: 'a transient error is told out of band, and the stream goes on',
    says: /for `onError` to be called/,
    harness: disturbed((watcher) => ({
      events: ({ onError: _, ...options } = {}) => watcher.events(options),
    })),
  },
  {
    does: 'ends on a transient error',
    caughtBy: 'a transient error is told out of band, and the stream goes on',
    says: /gone for a moment/,
    harness: disturbed((watcher) => ({
      events: (options) => {
        const channel: Inner = watcher.events({
          ...options,
          onError: (error) => {
            options?.onError?.(error);
            void channel.close({ reason: 'failed', error });
          },
        });
        return channel;
      },
    })),
  },
  {
    does: 'tells no sink of a transient error',
    caughtBy: 'a sink hears of a transient error',
    says: /for the sink's `error` to be called/,
    harness: disturbed((watcher) => ({
      events: (options) => {
        const channel: Inner = watcher.events(options);
        return streamOf(channel, {
          subscribe: ({ push, close }) => channel.subscribe({ push, ...(close && { close }) }),
        });
      },
    })),
  },
  {
    does: 'ends `errors` after the first',
    caughtBy: 'iterating `errors` goes on after an error, until the stream closes',
    says: /`errors` ended before its stream/,
    harness: disturbed((watcher) => ({
      events: (options) => {
        const channel: Inner = watcher.events(options);
        return streamOf(channel, { errors: first(channel.errors) });
      },
    })),
  },
  {
    does: 'keeps a second error out of `errors`',
    caughtBy: 'iterating `errors` goes on after an error, until the stream closes',
    says: /not every error was in `errors`/,
    harness: disturbed((watcher) => ({
      events: (options) => {
        const onError = (error: WatcherError) => {
          options?.onError?.(error);
          options?.onError?.(error);
        };
        return watcher.events({ ...options, onError });
      },
    })),
  },
  {
    does: 'tells everything twice after a transient error',
    caughtBy: 'what is told before and after a disturbance is told once',
    says: /file-2 was told of twice/,
    harness: disturbed(afterDisturbance((event) => [event, event])),
  },
  {
    does: 'tells again after a transient error of what was before',
    caughtBy: 'what is told before and after a disturbance is told once',
    says: /file-1 was told of twice/,
    harness: disturbed(afterDisturbance((event, nth) => (nth === 1 ? [created('file-1'), event] : [event]))),
  },
  {
    does: 'fails when `onError` throws',
    caughtBy: 'an `onError` that throws does not end the stream',
    says: /gone for a moment/,
    harness: disturbed((watcher) => ({
      events: (options) => {
        const channel: Inner = watcher.events({
          ...options,
          onError: (error) => {
            try {
              options?.onError?.(error);
            } catch {
              void channel.close({ reason: 'failed', error });
            }
          },
        });
        return channel;
      },
    })),
  },
  {
    does: 'is deaf after a transient error',
    caughtBy: 'a transient error is told out of band, and the stream goes on',
    says: /for the event of/,
    harness: disturbed(afterDisturbance(() => [])),
  },
  {
    does: 'misses what comes first after a transient error, and says nothing of it',
    caughtBy: 'an `onError` that throws does not end the stream',
    says: /for the event of/,
    harness: disturbed(afterDisturbance((event, nth) => (nth === 1 ? [] : [event]))),
  },
  {
    does: 'tells its consumer to list for ever after a transient error',
    caughtBy: 'a transient error is told out of band, and the stream goes on',
    says: /nothing but a ForceReload/,
    harness: disturbed(afterDisturbance(() => [forceReload('file', 'memory', 'rescan', Date.now())])),
  },
];

async function* first<T>(all: AsyncIterable<T>): AsyncIterable<T> {
  for await (const one of all) {
    yield one;
    return;
  }
}
