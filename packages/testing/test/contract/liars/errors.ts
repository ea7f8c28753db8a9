import { forceReload } from '@watcher/events';
import { afterDisturbance } from '../memory-watcher.ts';
import { disturbed, type Inner, type Liar } from './liar.ts';

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
    harness: disturbed(afterDisturbance(() => undefined)),
  },
  {
    does: 'misses what comes first after a transient error, and says nothing of it',
    caughtBy: 'an `onError` that throws does not end the stream',
    says: /for the event of/,
    harness: disturbed(afterDisturbance((event, nth) => (nth === 1 ? undefined : event))),
  },
  {
    does: 'tells its consumer to list for ever after a transient error',
    caughtBy: 'a transient error is told out of band, and the stream goes on',
    says: /nothing but a ForceReload/,
    harness: disturbed(afterDisturbance(() => forceReload('file', 'memory', 'rescan', Date.now()))),
  },
];
