import { expect, test } from 'vitest';
import { event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

test('a flush starts flushInterval after the first buffered event', async () => {
  const { clock, queue, flushes } = heldQueue({ flushInterval: 500 });
  await clock.advance(100);
  queue.push(event('a'));
  await clock.advance(499);
  queue.push(event('b'));
  expect(flushes).toHaveLength(0);
  await clock.advance(1);
  expect(flushes).toMatchObject([{ names: ['a', 'b'], trigger: 'interval', attempt: 1, at: 600 }]);
});

test('flushInterval is one second when it is not given', async () => {
  const { clock, queue, flushes } = heldQueue();
  queue.push(event('a'));
  await clock.advance(5000);
  expect(flushes).toMatchObject([{ at: 1000 }]);
});
