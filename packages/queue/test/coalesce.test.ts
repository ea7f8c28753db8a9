import { describe, expect, test } from 'vitest';
import { channel, event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

const coalesce = {
  key: ({ actorName }: { actorName: string }) =>
    actorName.startsWith('-') ? undefined : actorName.charAt(0),
  merge: <E extends { actorName: string }>(previous: E, next: E): E => ({
    ...next,
    actorName: `${previous.actorName}+${next.actorName}`,
  }),
};

describe('coalesce', () => {
  test('waiting events of one key become one, in the place of the first', async () => {
    const { clock, queue, batches } = heldQueue({ flushInterval: 100, coalesce });
    for (const name of ['a1', 'b1', 'a2', 'a3', 'b2']) queue.push(event(name));
    await clock.advance(100);
    expect(batches()).toEqual([['a1+a2+a3', 'b1+b2']]);
    expect(queue.stats).toMatchObject({ received: 5, merged: 3, flushed: 2 });
  });

  test('events without a key are never merged', async () => {
    const { clock, queue, batches } = heldQueue({ flushInterval: 100, coalesce });
    for (const name of ['-', '-', 'a']) queue.push(event(name));
    await clock.advance(100);
    expect(batches()).toEqual([['-', '-', 'a']]);
  });

  test('events of different sources are never merged, whatever the key', async () => {
    const { clock, queue, batches } = heldQueue({ flushInterval: 100, coalesce });
    const streams = ['one', 'two'].map((source) => channel(source));
    for (const stream of streams) queue.start(stream);
    for (const stream of streams) stream.push(event('a', stream.source));
    await clock.advance(100);
    expect(batches()).toEqual([['a', 'a']]);
  });

  test('even where source and key read the same when they are put together', async () => {
    const { queue, batches } = heldQueue({
      coalesce: { key: ({ actorName }) => actorName, merge: (_, next) => next },
    });
    queue.push(event('b', 'x\0a'));
    queue.push(event('a\0b', 'x'));
    queue.push(event('ab', ''));
    queue.push(event('b', 'a'));
    await queue.flush();
    expect(batches()[0]).toHaveLength(4);
  });

  test('an event of a batch under way is left alone', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, flushInterval: 100, coalesce });
    queue.push(event('a1'));
    await clock.advance(100);
    queue.push(event('a2'));
    flushes[0]?.succeed();
    await clock.advance(100);
    expect(batches()).toEqual([['a1'], ['a2']]);
  });

  test('it goes on in what maxBatch leaves over', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, maxBatch: 2, coalesce });
    for (const name of ['a1', 'b1']) queue.push(event(name));
    for (const name of ['c1', 'd1', 'e1', 'f1', 'g1']) queue.push(event(name));
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(batches()[1]).toEqual(['c1', 'd1']);
    for (const name of ['c2', 'e2', 'g2']) queue.push(event(name));
    for (let i = 1; i < 4; i++) {
      flushes[i]?.succeed();
      await clock.advance(0);
    }
    expect(batches().slice(2)).toEqual([
      ['e1+e2', 'f1'],
      ['g1+g2', 'c2'],
    ]);
  });

  test('a full buffer still merges, and a reload is never merged with', async () => {
    const everything = { key: () => 'all', merge: coalesce.merge };
    const { clock, queue, batches } = heldQueue({ capacity: 2, flushInterval: 100, coalesce });
    const stream = channel('one');
    queue.start(stream);
    for (const name of ['a1', 'b1', 'a2', 'b2']) stream.push(event(name, 'one'));
    expect(queue.stats.overflows).toBe(0);
    stream.push(event('c', 'one'));
    await clock.advance(100);
    expect(batches()).toEqual([['reload(one)']]);

    const greedy = heldQueue({ capacity: 1, flushInterval: 100, coalesce: everything });
    greedy.queue.start(channel('two'));
    greedy.queue.push(event('x'));
    greedy.queue.push(event('y'));
    await greedy.clock.advance(100);
    expect(greedy.batches()).toEqual([['x+y']]);
  });

  test.each(['key', 'merge'] as const)(
    'a %s that throws is an error, and both events are kept',
    async (which) => {
      const broken = {
        ...coalesce,
        [which]: () => {
          throw new Error(`broken ${which}`);
        },
      };
      const { clock, queue, batches, errors } = heldQueue({ flushInterval: 100, coalesce: broken });
      queue.push(event('a1'));
      queue.push(event('a2'));
      await clock.advance(100);
      expect(batches()).toEqual([['a1', 'a2']]);
      expect(errors[0]?.error.message).toBe(`broken ${which}`);
      expect(errors[0]?.batch).toBeUndefined();
    },
  );

  test('keys of what is gone are forgotten, even when the queue is never empty', async () => {
    const { clock, queue, flushes, batches } = heldQueue({
      hold: true,
      maxBatch: 1,
      capacity: 100,
      coalesce: {
        key: ({ actorName }) => actorName,
        merge: (_, next) => next,
      },
    });
    queue.push(event('first'));
    for (let i = 0; i < 500; i++) {
      queue.push(event(`k${i}`));
      queue.push(event(`k${i}`));
      if (i > 50) {
        flushes.at(-1)?.succeed();
        await clock.advance(0);
      }
    }
    expect(queue.stats.merged).toBe(500);
    expect(batches()[400]).toEqual(['k399']);
  });
});
