import type { FileEvent } from '@watcher/events';
import { type Liar, lying } from './liar.ts';

const caughtBy = 'events come in the order of their changes, and each of them once';

export const orderLiars: readonly Liar[] = [
  {
    does: 'delivers each event twice',
    caughtBy,
    says: /0,\n.*0,\n.*1,\n.*1,/,
    harness: lying((inner) => ({
      [Symbol.asyncIterator]: () => rearranged(inner[Symbol.asyncIterator](), 1, ([event]) => [event, event]),
    })),
  },
  {
    does: 'delivers of two events the second first',
    caughtBy,
    says: /1,\n.*0/,
    harness: lying((inner) => ({
      [Symbol.asyncIterator]: () => rearranged(inner[Symbol.asyncIterator](), 2, (pair) => pair.reverse()),
    })),
  },
];

/** Takes so many events at a time, and delivers what becomes of them. */
function rearranged(
  inner: AsyncIterator<FileEvent>,
  size: number,
  rearrange: (some: IteratorResult<FileEvent>[]) => (IteratorResult<FileEvent> | undefined)[],
): AsyncIterator<FileEvent> {
  const waiting: (IteratorResult<FileEvent> | undefined)[] = [];
  return {
    next: async () => {
      if (waiting.length === 0) {
        const some: IteratorResult<FileEvent>[] = [];
        while (some.length < size) some.push(await inner.next());
        waiting.push(...rearrange(some));
      }
      return waiting.shift() ?? { value: undefined, done: true };
    },
  };
}
