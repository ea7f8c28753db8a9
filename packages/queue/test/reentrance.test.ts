import type { WatcherEvent } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import type { EventQueueOptions } from '../src/index.ts';
import { event } from './support/event.ts';
import { type HeldQueue, heldQueue } from './support/held-queue.ts';

/** Does something, and gives what it is called with. */
type Act = <T>(then: T) => T;

/** What a queue calls while it takes an event in, each made to do something with the queue itself. */
const callbacks: [name: string, options: (act: Act) => Partial<EventQueueOptions>][] = [
  ['coalesce.key', (act) => ({ coalesce: { key: () => act('k'), merge: (_, next) => next } })],
  ['quietPeriod', (act) => ({ quietPeriod: () => act(50) })],
  ['collapse', (act) => ({ capacity: 1, collapse: ([first]) => act(first as WatcherEvent) })],
];

describe.each(callbacks)('a queue that its %s closes', (name, options) => {
  /** Pushes what makes it call back; with `drain`, it is closed with it. */
  function closedWithin(drain: boolean): HeldQueue {
    const act: Act = (then) => {
      void held.queue.close({ drain });
      return then;
    };
    const held: HeldQueue = heldQueue({ flushInterval: 100, ...options(act) });
    held.queue.push(event('a'));
    if (name === 'collapse') held.queue.push(event('b'));
    return held;
  }

  test('starts no flush any more, and keeps nothing', async () => {
    const { clock, queue, flushes } = closedWithin(false);
    await queue.closed;
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    expect(flushes).toEqual([]);
    const { received, reloads, dropped, discarded, buffered } = queue.stats;
    expect(buffered).toBe(0);
    expect(received + reloads).toBe(dropped + discarded);
  });

  test('and told to drain has flushed it, or told that it is gone', async () => {
    const { clock, queue, flushes } = closedWithin(true);
    await queue.closed;
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    const { received, reloads, flushed, dropped, discarded, buffered } = queue.stats;
    expect(buffered).toBe(0);
    expect(received + reloads).toBe(flushed + dropped + discarded);
    expect(flushes.map(({ at }) => at)).toEqual(flushes.map(() => 0));
  });
});

test('what collapse pushes keeps the time of what it was called for', async () => {
  let times = 0;
  const { clock, queue, flushes } = heldQueue({
    flushInterval: 100,
    capacity: 2,
    collapse: ([first]) => {
      if (times++ === 0) queue.push(event('more'));
      return first as WatcherEvent;
    },
  });
  queue.push(event('a'));
  await clock.advance(50);
  queue.push(event('b'));
  queue.push(event('c'));
  await clock.advance(50);
  expect(flushes).toMatchObject([{ at: 100, trigger: 'interval', names: ['more', 'a'] }]);
});

test('an onError that pushes does so between flushes, and never within one', async () => {
  const rounds = 20_000;
  const { queue } = heldQueue({
    maxBatch: 1,
    onFlush: () => {
      throw new Error('down');
    },
    onError: () => {
      if (queue.stats.failed <= rounds) queue.push(event('again'));
    },
  });
  queue.push(event('a'));
  await queue.idle();
  expect(queue.stats).toMatchObject({ failed: rounds + 1, buffered: 0, errors: rounds + 1 });
});
