import { type Inner, type Liar, leaveTimer, lying, type Stream } from './liar.ts';

export const releaseLiars: readonly Liar[] = [
  {
    does: 'leaves a timer behind',
    caughtBy: 'a closed stream leaves no timer, socket or handle behind',
    says: /left over: \d+ Timeout/,
    harness: lying(() => {
      leaveTimer(60_000);
      return {};
    }),
  },
  {
    does: 'leaves a timer for half a second',
    caughtBy: 'a closed stream leaves no timer, socket or handle behind',
    says: /left over: \d+ Timeout/,
    // What a case may wait for is longer than that: it must not wait here.
    harness: { ...lying(leavingTimer), timeout: 5000 },
  },
  {
    does: 'leaves a timer for half a second when it is closed before it is ready',
    caughtBy: 'a stream that is closed before it is ready leaves nothing behind either',
    says: /left over: \d+ Timeout/,
    harness: { ...lying(leavingTimer), timeout: 5000 },
  },
  {
    does: 'leaves a timer behind when it is closed before it is ready',
    caughtBy: 'a stream that is closed before it is ready leaves nothing behind either',
    says: /left over: \d+ Timeout/,
    harness: lying((inner) => {
      inner.ready.catch(() => leaveTimer(60_000));
      return {};
    }),
  },
  {
    does: 'leaves its listener on the signal when it is closed',
    caughtBy: 'a closed stream leaves no listener on its signal',
    says: /5 !== 0/,
    harness: lying((inner, options) => {
      options?.signal?.addEventListener('abort', () => void inner.close(), { once: true });
      return {};
    }),
  },
  {
    does: 'leaves its listener on the signal when it is aborted',
    caughtBy: 'an aborted stream leaves no listener on its signal',
    says: /1 !== 0/,
    harness: lying((inner, options) => {
      options?.signal?.addEventListener('abort', () => void inner.close());
      return {};
    }),
  },
];

function leavingTimer(inner: Inner): Partial<Stream> {
  void inner.closed.then(() => leaveTimer(500));
  return {};
}
