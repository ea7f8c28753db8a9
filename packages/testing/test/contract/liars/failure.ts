import type { CloseReason } from '@watcher/core';
import { broken, type Liar } from './liar.ts';

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
    does: 'lets the rejected `ready` of a permanent fault go unhandled',
    caughtBy: 'a permanent fault that nobody awaits is no unhandled rejection',
    says: /the key is unreadable/,
    harness: broken((inner) => ({ ready: inner.ready.then(() => {}) })),
  },
];
