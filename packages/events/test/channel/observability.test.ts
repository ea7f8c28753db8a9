import diagnostics from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { channel, event } from '../support/event.ts';

test('opening, closing and overflows are published to whoever listens', async () => {
  const heard: unknown[] = [];
  const names = ['watcher:events:stream', 'watcher:events:overflow'];
  const listener = (message: unknown, name: string | symbol) => void heard.push([name, message]);
  for (const name of names) diagnostics.subscribe(name, listener);
  const stream = channel({ capacity: 2 });
  stream.opened();
  for (const name of ['a', 'b', 'c']) stream.push(event(name));
  await stream.close();
  const never = channel({ source: 'never' });
  await never.close({ reason: 'ended' });
  never.opened(); // too late to be told
  for (const name of names) diagnostics.unsubscribe(name, listener);
  expect(heard).toEqual([
    ['watcher:events:stream', { source: 'engine', state: 'open' }],
    ['watcher:events:overflow', { source: 'engine', dropped: 3 }],
    ['watcher:events:stream', { source: 'engine', state: 'closed', reason: { reason: 'aborted' } }],
    ['watcher:events:stream', { source: 'never', state: 'closed', reason: { reason: 'ended' } }],
  ]);
});

test('stats account for every event, and can be spread and turned to JSON', async () => {
  const stream = channel({
    capacity: 3,
    coalesce: {
      key: ({ actorName }) => (actorName === 'same' ? actorName : undefined),
      merge: (_, next) => next,
    },
  });
  const iterator = stream[Symbol.asyncIterator]();
  for (let i = 0; i < 10; i++) stream.push(event(String(i)));
  await iterator.next();
  for (const name of ['same', 'same', 'same']) stream.push(event(name));
  const stats = JSON.parse(JSON.stringify(stream.stats));
  expect(stats).toEqual({ ...stream.stats });
  expect(stats).toMatchObject({ received: 13, delivered: 1, merged: 2 });
  const { received, overflows, delivered, merged, dropped, buffered } = stats;
  expect(received + overflows).toBe(delivered + merged + dropped + buffered);
});
