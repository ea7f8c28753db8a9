import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectGarbage, heapGrowth } from '../../core/test/support/memory.ts';
import { EventQueue } from '../src/index.ts';
import { channel, event } from './support/event.ts';

const MB = 1_000_000;

test('with a consumer that never flushes, memory is flat', async () => {
  const stream = channel('one');
  const queue = new EventQueue({
    capacity: 1000,
    maxBatch: 100,
    onFlush: () => new Promise(() => {}),
    onError() {},
  });
  queue.start(stream);
  const growth = await heapGrowth(() => {
    for (let i = 0; i < 200_000; i++) stream.push(event(`container-${i}`, 'one'));
  });
  expect(growth).toBeLessThan(MB);
  expect(queue.stats).toMatchObject({ received: 200_000, flushing: 100 });
});

test('so it is when every event has a key of its own', async () => {
  const queue = new EventQueue({
    capacity: 100,
    maxBatch: 1,
    coalesce: { key: ({ actorName }) => actorName, merge: (_, next) => next },
    onFlush: () => new Promise(() => {}),
    onError() {},
  });
  const growth = await heapGrowth(() => {
    for (let i = 0; i < 10_000; i++) queue.push(event(`${i}`.padEnd(1000)));
  });
  expect(growth).toBeLessThan(MB);
  expect(queue.stats.overflows).toBe(99);
});

test('a batch that was flushed is held no longer', async () => {
  let batch: WeakRef<object> | undefined;
  const queue = new EventQueue({
    maxBatch: 1,
    onFlush: (given) => {
      batch = new WeakRef(given);
    },
    onError() {},
  });
  queue.push(event('a'));
  await nextTurn();
  collectGarbage();
  expect(batch?.deref()).toBeUndefined();
  expect(queue.stats.flushed).toBe(1);
});

test('keys that are ever new leave nothing behind, even when the queue is never empty', async () => {
  let finish = () => {};
  const queue = new EventQueue({
    maxBatch: 1,
    coalesce: { key: ({ actorName }) => actorName, merge: (_, next) => next },
    onFlush: () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    onError() {},
  });
  for (const name of ['flushing', 'waiting']) queue.push(event(name));
  const growth = await heapGrowth(async () => {
    for (let i = 0; i < 5000; i++) {
      queue.push(event(`${i}`.padEnd(1000)));
      finish();
      await nextTurn();
    }
  });
  expect(queue.stats).toMatchObject({ flushed: 5000, buffered: 1, flushing: 1 });
  expect(growth).toBeLessThan(MB);
});
