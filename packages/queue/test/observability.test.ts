import diagnostics from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { channel, event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

const heard: { channel: string; message: unknown }[] = [];
const listen = (message: unknown, name: string | symbol) => heard.push({ channel: String(name), message });
const channels = ['watcher:queue:flush', 'watcher:queue:overflow', 'watcher:queue:state'];

beforeEach(() => {
  heard.length = 0;
  for (const name of channels) diagnostics.subscribe(name, listen);
});
afterEach(() => {
  for (const name of channels) diagnostics.unsubscribe(name, listen);
});

test('every attempt is published, with its trigger, size, duration and error', async () => {
  const { clock, queue, flushes } = heldQueue({
    hold: true,
    name: 'routes',
    maxBatch: 2,
    retry: { minDelay: 10 },
  });
  queue.push(event('a'));
  queue.push(event('b'));
  const error = new Error('down');
  await clock.advance(30);
  flushes[0]?.fail(error);
  await clock.advance(10);
  await clock.advance(5);
  flushes[1]?.succeed();
  await clock.advance(0);
  const common = { queue: 'routes', trigger: 'size', size: 2 };
  expect(heard.filter((it) => it.channel === 'watcher:queue:flush').map((it) => it.message)).toEqual([
    { ...common, attempt: 1, duration: 30, error },
    { ...common, attempt: 2, duration: 5 },
  ]);
});

test('an overflow is published', () => {
  const { queue } = heldQueue({ name: 'routes', capacity: 2 });
  const stream = channel('one');
  queue.start(stream);
  for (const name of ['a', 'b', 'c']) stream.push(event(name, 'one'));
  expect(heard).toContainEqual({
    channel: 'watcher:queue:overflow',
    message: { queue: 'routes', dropped: 3, reloads: 1 },
  });
});

test('the states of a queue are published', async () => {
  const { queue } = heldQueue({ name: 'routes' });
  void queue.close({ drain: true });
  await queue.closed;
  const other = heldQueue({ name: 'other' });
  await other.queue.close();
  expect(heard.map(({ message }) => message)).toEqual([
    { queue: 'routes', state: 'open' },
    { queue: 'routes', state: 'draining' },
    { queue: 'routes', state: 'closed' },
    { queue: 'other', state: 'open' },
    { queue: 'other', state: 'aborting' },
    { queue: 'other', state: 'closed' },
  ]);
});

test('stats account for every event, and can be spread and turned to JSON', async () => {
  const { clock, queue, flushes } = heldQueue({ hold: true, maxBatch: 2, capacity: 3 });
  for (let i = 0; i < 4; i++) queue.push(event(String(i)));
  expect({ ...queue.stats }).toEqual({
    received: 4,
    flushed: 0,
    failed: 0,
    merged: 0,
    dropped: 0,
    discarded: 0,
    buffered: 2,
    flushing: 2,
    batches: 0,
    retries: 0,
    overflows: 0,
    reloads: 0,
    errors: 0,
  });
  flushes[0]?.succeed();
  await clock.advance(0);
  expect(JSON.parse(JSON.stringify(queue.stats))).toMatchObject({
    received: 4,
    flushed: 2,
    flushing: 2,
    batches: 1,
  });
});
