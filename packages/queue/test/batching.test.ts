import { type Clock, systemClock } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../src/index.ts';
import { event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

describe('when a flush starts', () => {
  test('flushInterval after the first buffered event', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 500 });
    await clock.advance(100);
    queue.push(event('a'));
    await clock.advance(499);
    queue.push(event('b'));
    expect(flushes).toHaveLength(0);
    await clock.advance(1);
    expect(flushes).toMatchObject([{ names: ['a', 'b'], trigger: 'interval', attempt: 1, at: 600 }]);
  });

  test('one second after it, when flushInterval is not given', async () => {
    const { clock, queue, flushes } = heldQueue();
    queue.push(event('a'));
    await clock.advance(5000);
    expect(flushes).toMatchObject([{ at: 1000 }]);
  });

  test('within flushInterval under a steady stream: later events do not put it off', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 100 });
    for (let i = 0; i < 50; i++) {
      queue.push(event(String(i)));
      await clock.advance(10);
    }
    expect(flushes.map(({ at }) => at)).toEqual([100, 200, 300, 400, 500]);
    expect(flushes.map(({ batch }) => batch.length)).toEqual([10, 10, 10, 10, 10]);
  });

  test('each window begins with its own first event, not with the flush before', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 100 });
    queue.push(event('a'));
    await clock.advance(150);
    queue.push(event('b'));
    await clock.advance(1000);
    expect(flushes.map(({ at }) => at)).toEqual([100, 250]);
  });

  test('at once when maxBatch events are buffered, and with no more than those', () => {
    const { queue, flushes, batches } = heldQueue({ maxBatch: 3 });
    for (const name of ['a', 'b', 'c', 'd']) queue.push(event(name));
    expect(batches()).toEqual([['a', 'b', 'c']]);
    expect(flushes).toMatchObject([{ trigger: 'size', at: 0 }]);
  });

  test('what maxBatch leaves over has its own window', async () => {
    const { clock, queue, flushes } = heldQueue({ maxBatch: 3, flushInterval: 100 });
    for (const name of ['a', 'b', 'c']) queue.push(event(name));
    await clock.advance(60);
    queue.push(event('d'));
    await clock.advance(99);
    expect(flushes).toHaveLength(1);
    await clock.advance(1);
    expect(flushes[1]).toMatchObject({ names: ['d'], trigger: 'interval', at: 160 });
  });

  test('never for an empty batch: not by time, by flush, by the end of a source or by a drain', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 10, quietPeriod: 5, maxBatch: 1 });
    await clock.advance(1000);
    await queue.flush();
    await queue.close({ drain: true });
    expect(flushes).toEqual([]);
  });

  test('nor for a buffer that an overflow has emptied, when its time comes', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 10, quietPeriod: 5, capacity: 1 });
    queue.push(event('a'));
    queue.push(event('b'));
    await clock.advance(20);
    await queue.flush();
    expect(flushes).toEqual([]);
  });
});

describe('with a quietPeriod', () => {
  test('a flush starts once nothing came for that long', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 1000, quietPeriod: 50 });
    queue.push(event('a'));
    await clock.advance(40);
    queue.push(event('b'));
    await clock.advance(49);
    expect(flushes).toHaveLength(0);
    await clock.advance(1);
    expect(flushes).toMatchObject([{ names: ['a', 'b'], trigger: 'quiet', at: 90 }]);
  });

  test('a stream that is never quiet is flushed by the interval all the same', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 100, quietPeriod: 20 });
    for (let i = 0; i < 20; i++) {
      queue.push(event(String(i)));
      await clock.advance(10);
    }
    expect(flushes.map(({ at, trigger }) => [at, trigger])).toEqual([
      [100, 'interval'],
      [200, 'interval'],
    ]);
  });

  test('the latest event decides how long a quiet is enough', async () => {
    const waitsFor: Record<string, number> = { die: 300, start: 20 };
    const { clock, queue, flushes } = heldQueue({
      flushInterval: 1000,
      quietPeriod: ({ actorName }) => waitsFor[actorName] ?? Number.POSITIVE_INFINITY,
    });
    queue.push(event('die'));
    await clock.advance(100);
    queue.push(event('start'));
    await clock.advance(20);
    expect(flushes).toMatchObject([{ names: ['die', 'start'], trigger: 'quiet', at: 120 }]);

    queue.push(event('start'));
    queue.push(event('die'));
    await clock.advance(299);
    expect(flushes).toHaveLength(1);
    await clock.advance(1);
    expect(flushes[1]).toMatchObject({ names: ['start', 'die'], trigger: 'quiet', at: 420 });

    queue.push(event('another'));
    await clock.advance(1000);
    expect(flushes[2]).toMatchObject({ names: ['another'], trigger: 'interval', at: 1420 });
  });

  test('a merged event is not quiet either', async () => {
    const { clock, queue, flushes } = heldQueue({
      quietPeriod: 50,
      coalesce: { key: ({ actorName }) => actorName, merge: (_, next) => next },
    });
    queue.push(event('a'));
    await clock.advance(40);
    queue.push(event('a'));
    await clock.advance(49);
    expect(flushes).toHaveLength(0);
    await clock.advance(1);
    expect(flushes).toMatchObject([{ names: ['a'], at: 90 }]);
  });

  test.each([
    ['throws', () => raise(new Error('no idea'))],
    ['is not a number', () => Number.NaN],
    ['is negative', () => -1],
  ])('a function that %s is an error, and the event waits for the interval', async (_, quietPeriod) => {
    const { clock, queue, flushes, errors } = heldQueue({ flushInterval: 100, quietPeriod });
    queue.push(event('a'));
    await clock.advance(100);
    expect(flushes).toMatchObject([{ names: ['a'], trigger: 'interval', at: 100 }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.batch).toBeUndefined();
    expect(errors[0]?.error.message).toMatch(/no idea|"quietPeriod"/);
  });
});

describe('one at a time', () => {
  test('onFlush never runs twice at once; what comes meanwhile is the next batch, in order', async () => {
    const { clock, queue, flushes, batches, running } = heldQueue({ hold: true, flushInterval: 100 });
    queue.push(event('a'));
    await clock.advance(100);
    for (const name of ['b', 'c', 'd']) {
      queue.push(event(name));
      await clock.advance(100);
    }
    void queue.flush();
    expect(batches()).toEqual([['a']]);

    flushes[0]?.succeed();
    await clock.advance(0);
    expect(batches()).toEqual([['a'], ['b', 'c', 'd']]);
    flushes[1]?.succeed();
    await clock.advance(1000);
    expect(running).toEqual({ now: 0, most: 1 });
  });

  test('not even when onFlush itself pushes and flushes', async () => {
    let depth = 0;
    const seen: string[][] = [];
    const { queue } = heldQueue({
      maxBatch: 2,
      onFlush: (batch) => {
        expect(++depth).toBe(1);
        seen.push(batch.map(({ actorName }) => actorName));
        if (seen.length === 1) {
          for (const name of ['c', 'd', 'e']) queue.push(event(name));
          void queue.flush();
        }
        depth--;
      },
    });
    queue.push(event('a'));
    queue.push(event('b'));
    expect(seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('a synchronous backlog of ten thousand batches does not grow the stack', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, maxBatch: 1 });
    queue.push(event('first'));
    for (let i = 0; i < 10_000; i++) queue.push(event(String(i)));
    const sizes: number[] = [];
    const sync = heldQueue({
      maxBatch: 1,
      onFlush: (batch) => {
        if (sizes.push(batch.length) === 1) for (let i = 0; i < 9_999; i++) sync.queue.push(event(String(i)));
      },
    });
    sync.queue.push(event('first'));
    await sync.queue.idle();
    expect(sizes).toEqual(Array(10_000).fill(1));
    expect(flushes).toHaveLength(1);
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(flushes[1]?.names).toEqual(['0']);
  });

  test('what waited out its window during a flush goes as soon as that is over', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 100 });
    queue.push(event('a'));
    await clock.advance(150);
    queue.push(event('b'));
    await clock.advance(150);
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(flushes[1]).toMatchObject({ names: ['b'], trigger: 'interval', at: 300 });
  });

  test('what came late in a flush waits out the rest of its window', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 100 });
    queue.push(event('a'));
    await clock.advance(150);
    queue.push(event('b'));
    await clock.advance(30);
    flushes[0]?.succeed();
    await clock.advance(69);
    expect(flushes).toHaveLength(1);
    await clock.advance(1);
    expect(flushes[1]).toMatchObject({ names: ['b'], at: 250 });
  });

  test('a backlog goes in batches of maxBatch, oldest first', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, maxBatch: 3, flushInterval: 100 });
    for (let i = 0; i < 10; i++) queue.push(event(String(i)));
    for (let i = 0; i < 4; i++) {
      await clock.advance(1);
      flushes[i]?.succeed();
    }
    await clock.advance(100);
    expect(batches()).toEqual([['0', '1', '2'], ['3', '4', '5'], ['6', '7', '8'], ['9']]);
  });

  test('what a backlog leaves over keeps the time of its first event', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, maxBatch: 2, flushInterval: 100 });
    queue.push(event('a'));
    queue.push(event('b'));
    await clock.advance(10);
    for (const name of ['c', 'd', 'e']) {
      queue.push(event(name));
      await clock.advance(20);
    }
    flushes[0]?.succeed();
    await clock.advance(10);
    expect(flushes[1]).toMatchObject({ names: ['c', 'd'], trigger: 'size', at: 70 });
    flushes[1]?.succeed();
    await clock.advance(100);
    expect(flushes[2]).toMatchObject({ names: ['e'], trigger: 'interval', at: 110 });
  });

  test('a batch belongs to onFlush: later events never show in it', async () => {
    const { clock, queue, flushes } = heldQueue({ flushInterval: 10 });
    queue.push(event('a'));
    await clock.advance(10);
    queue.push(event('b'));
    await clock.advance(10);
    expect(flushes[0]?.batch).toHaveLength(1);
    expect(flushes[0]?.batch).not.toBe(flushes[1]?.batch);
  });
});

describe('timers', () => {
  test('an empty queue holds none: new, flushed by time, by size, by hand, after a retry, closed', async () => {
    const { clock, queue, flushes } = heldQueue({
      hold: true,
      flushInterval: 100,
      quietPeriod: 90,
      maxBatch: 2,
      retry: { minDelay: 10 },
    });
    expect(clock.pending).toBe(0);
    queue.push(event('by time'));
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(clock.pending).toBe(0);
    flushes[0]?.fail();
    await clock.advance(0);
    expect(clock.pending).toBe(1);
    await clock.advance(10);
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(clock.pending).toBe(0);

    queue.push(event('by'));
    queue.push(event('size'));
    expect(clock.pending).toBe(0);
    flushes[2]?.succeed();
    await clock.advance(0);

    queue.push(event('by hand'));
    void queue.flush();
    expect(clock.pending).toBe(0);
    flushes[3]?.succeed();
    await clock.advance(0);

    queue.push(event('discarded'));
    await queue.close();
    expect(clock.pending).toBe(0);
  });

  test('a storm holds one, however many events come', async () => {
    const { clock, queue } = heldQueue({ flushInterval: 1000, quietPeriod: 50 });
    for (let i = 0; i < 100; i++) {
      queue.push(event(String(i)));
      await clock.advance(1);
      expect(clock.pending).toBe(1);
    }
  });

  test('none is held for what waits behind a running flush', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 100, maxBatch: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) queue.push(event(name));
    expect(clock.pending).toBe(0);
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(flushes).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test('by the system clock, what is buffered keeps the process alive, and an empty queue does not', async () => {
    const pending = new Set<NodeJS.Timeout>();
    const clock: Clock = {
      ...systemClock,
      setTimeout: (callback, delay) => {
        const fire = () => {
          pending.delete(timer);
          callback();
        };
        const timer = systemClock.setTimeout(fire, delay) as NodeJS.Timeout;
        pending.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        pending.delete(timer as NodeJS.Timeout);
        systemClock.clearTimeout(timer);
      },
    };
    const queue = new EventQueue({ flushInterval: 5, clock, onFlush() {}, onError() {} });
    expect(pending.size).toBe(0);
    queue.push(event('a'));
    expect([...pending].map((timer) => timer.hasRef())).toEqual([true]);
    await queue.idle();
    expect(pending.size).toBe(0);
    expect(queue.stats.flushed).toBe(1);
  });

  test('a timer that fires a fraction early by the clock still flushes', async () => {
    let fire = () => {};
    let now = 0;
    let set = 0;
    const clock = {
      now: () => now,
      monotonic: () => now,
      setTimeout: (callback: () => void) => {
        set++;
        fire = callback;
      },
      clearTimeout() {},
    };
    const { queue, flushes } = heldQueue({ clock, flushInterval: 100 });
    queue.push(event('a'));
    now = 99.6;
    fire();
    expect(flushes).toMatchObject([{ names: ['a'], trigger: 'interval' }]);
    expect(set).toBe(1);
  });
});

function raise(error: Error): never {
  throw error;
}
