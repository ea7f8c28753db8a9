import type { CloseReason } from '@watcher/core';
import { broken, type Liar, leaveTimer } from './liar.ts';

export const failureLiars: readonly Liar[] = [
  {
    does: 'calls a permanent fault the end of its source',
    caughtBy: 'a permanent fault rejects `ready`, fails the stream and is thrown from the loop',
    says: /'ended' !== 'failed'/,
    harness: broken((inner) => ({ closed: inner.closed.then((): CloseReason => ({ reason: 'ended' })) })),
  },
  {
    does: 'ends the loop quietly on a permanent fault',
    caughtBy: 'a permanent fault rejects `ready`, fails the stream and is thrown from the loop',
    says: /Missing expected rejection/,
    harness: broken((inner) => ({
      [Symbol.asyncIterator]: () => {
        const iterator = inner[Symbol.asyncIterator]();
        return { next: () => iterator.next().catch(() => ({ value: undefined, done: true as const })) };
      },
    })),
  },
  {
    does: 'throws again and again once it has failed',
    caughtBy: 'a failed stream throws once, and is over then',
    says: /the key is unreadable/,
    harness: broken((inner) => ({
      [Symbol.asyncIterator]: () => ({
        next: () => inner.closed.then(({ error }) => Promise.reject(error)),
      }),
    })),
  },
  {
    does: 'leaves a timer behind when it fails',
    caughtBy: 'a failed stream leaves no timer, socket or handle behind',
    says: /left over: \d+ Timeout/,
    harness: {
      ...broken((inner) => {
        void inner.closed.then(() => leaveTimer(3000));
        return {};
      }),
      timeout: 10_000,
    },
  },
  {
    does: 'leaves its listener on the signal when it fails',
    caughtBy: 'a failed stream leaves no listener on its signal',
    says: /1 !== 0/,
    harness: broken((inner, options) => {
      options?.signal?.addEventListener('abort', () => void inner.close(), { once: true });
      return {};
    }),
  },
  {
    does: 'lets the rejected `ready` of a permanent fault go unhandled',
    caughtBy: 'a permanent fault that nobody awaits is no unhandled rejection',
    says: /the key is unreadable/,
    harness: broken((inner) => ({ ready: inner.ready.then(() => {}) })),
  },
];
