import { expect, test } from 'vitest';
import { collectGarbage, heapGrowth } from '../../../core/test/support/memory.ts';
import { channel, event, settle } from '../support/event.ts';

const MB = 1_000_000;

test('an event that was handed out is held no longer', async () => {
  const stream = channel();
  stream.push(event('held'));
  const iterator = stream[Symbol.asyncIterator]();
  const handed = await (async () => new WeakRef((await iterator.next()).value))();
  await settle();
  collectGarbage();
  expect(handed.deref()).toBeUndefined();
  expect(stream.stats.delivered).toBe(1);
});

test('after a flood has been read, nothing of it is kept', async () => {
  const stream = channel({ capacity: 1_000_000 });
  const iterator = stream[Symbol.asyncIterator]();
  const one = event('one');
  const growth = await heapGrowth(async () => {
    for (let i = 0; i < 300_000; i++) stream.push(one);
    for (let i = 0; i < 300_000; i++) await iterator.next();
  });
  expect(growth).toBeLessThan(MB);
  expect(stream.stats.delivered).toBe(300_000);
});

test('keys that are ever new leave nothing behind', async () => {
  const stream = channel({ coalesce: { key: ({ actorName }) => actorName, merge: (_, next) => next } });
  const iterator = stream[Symbol.asyncIterator]();
  const growth = await heapGrowth(async () => {
    stream.push(event('first'));
    for (let i = 0; i < 10_000; i++) {
      stream.push(event(`${i}`.padEnd(1000)));
      await iterator.next();
    }
  });
  expect(growth).toBeLessThan(MB);
  expect(stream.stats).toMatchObject({ delivered: 10_000, buffered: 1 });
});

test('a consumer that never reads costs what capacity allows, and no more', async () => {
  const stream = channel();
  const growth = await heapGrowth(() => {
    for (let i = 0; i < 200_000; i++) stream.push(event(`container-${i}`));
  });
  expect(growth).toBeLessThan(MB);
  expect(stream.stats.overflows).toBeGreaterThan(0);
});

test('so it does when every event has a key of its own', async () => {
  const coalesce = {
    key: ({ actorName }: { actorName: string }) => actorName,
    merge: <E>(_: E, next: E) => next,
  };
  const stream = channel({ capacity: 100, coalesce });
  const growth = await heapGrowth(() => {
    for (let i = 0; i < 10_000; i++) stream.push(event(`${i}`.padEnd(1000)));
  });
  expect(growth).toBeLessThan(MB);
  expect(stream.stats.overflows).toBeGreaterThan(0);
});
