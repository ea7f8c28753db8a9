import { cleanups, type Liar, lying } from './liar.ts';

export const releaseLiars: readonly Liar[] = [
  {
    does: 'leaves a timer behind',
    caughtBy: 'a closed stream leaves no timer, socket or handle behind',
    says: /left over: \d+ Timeout/,
    harness: lying(() => {
      const timer = setInterval(() => {}, 60_000);
      cleanups.push(() => clearInterval(timer));
      return {};
    }),
  },
  {
    does: 'leaves a timer behind when it is closed before it is ready',
    caughtBy: 'a stream that is closed before it is ready leaves nothing behind either',
    says: /left over: \d+ Timeout/,
    harness: lying((inner) => {
      inner.ready.catch(() => {
        const timer = setTimeout(() => {}, 60_000);
        cleanups.push(() => clearTimeout(timer));
      });
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
