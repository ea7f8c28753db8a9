import { WatcherError } from '@watcher/core';
import { describe, expect, test, vi } from 'vitest';
import { event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

describe('without retry', () => {
  test.each([
    ['throws', () => raise(new Error('down'))],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['gives a thenable that rejects', () => foreignPromise(new Error('down'))],
  ])('an onFlush that %s gives the batch to onError, and later flushes go on', async (_, fail) => {
    const onFlush = vi.fn(fail as unknown as () => Promise<void>);
    const { clock, queue, errors } = heldQueue({ flushInterval: 100, onFlush });
    queue.push(event('a'));
    queue.push(event('b'));
    await clock.advance(100);
    queue.push(event('c'));
    await clock.advance(100);
    expect(errors).toMatchObject([
      { error: { message: 'down' }, batch: ['a', 'b'] },
      { error: { message: 'down' }, batch: ['c'] },
    ]);
    expect(queue.stats).toMatchObject({ failed: 3, flushed: 0, errors: 2 });
  });

  test('the error itself arrives, not a copy', async () => {
    const error = new WatcherError('no', { code: 'MINE' });
    const { clock, queue, errors } = heldQueue({ onFlush: () => raise(error) });
    queue.push(event('a'));
    await clock.advance(1000);
    expect(errors[0]?.error).toBe(error);
  });

  test.each([['a text'], [undefined], [null], [Object.create(null)]])(
    'what is thrown and is no Error arrives as a WatcherError FLUSH_FAILED (%#)',
    async (thrown) => {
      const { clock, queue, errors } = heldQueue({ name: 'routes', onFlush: () => raise(thrown) });
      queue.push(event('a'));
      await clock.advance(1000);
      expect(errors[0]?.error).toMatchObject({ code: 'FLUSH_FAILED', source: 'routes' });
      expect(errors[0]?.error.cause).toBe(thrown);
      expect(errors[0]?.batch).toEqual(['a']);
    },
  );

  test('what the other callbacks throw and is no Error is told as theirs', () => {
    const { queue, errors } = heldQueue({
      name: 'routes',
      coalesce: { key: () => raise('no key'), merge: (_, next) => next },
      quietPeriod: () => raise('no time'),
    });
    queue.push(event('a'));
    expect(errors.map(({ error }) => error)).toMatchObject([
      { code: 'UNEXPECTED', source: 'routes', cause: 'no key', message: expect.stringContaining('coalesce') },
      {
        code: 'UNEXPECTED',
        source: 'routes',
        cause: 'no time',
        message: expect.stringContaining('quietPeriod'),
      },
    ]);
  });

  test.each([
    ['throws', () => raise(new Error('onError is broken'))],
    ['rejects', () => Promise.reject(new Error('onError is broken'))],
  ])('an onError that %s stops nothing', async (_, onError) => {
    const attempts: number[] = [];
    const { clock, queue } = heldQueue({
      flushInterval: 100,
      onFlush: (batch) => {
        attempts.push(batch.length);
        if (attempts.length === 1) throw new Error('down');
      },
      onError,
    });
    queue.push(event('a'));
    await clock.advance(100);
    queue.push(event('b'));
    await clock.advance(100);
    expect(attempts).toEqual([1, 1]);
    expect(queue.stats).toMatchObject({ failed: 1, flushed: 1 });
  });

  test('an onError that pushes, flushes or closes finds a queue that is in order', async () => {
    const { clock, queue, batches } = heldQueue({
      flushInterval: 100,
      quietPeriod: (it) => (it.actorName === 'bad' ? Number.NaN : 50),
      onError: () => {
        queue.push(event('from onError'));
        void queue.flush();
      },
    });
    queue.push(event('bad'));
    expect(batches()).toEqual([['bad', 'from onError']]);
    await clock.advance(1000);
    expect(batches()).toHaveLength(1);
  });
});

describe('with retry', () => {
  const retry = { minDelay: 100, factor: 3, maxDelay: 500 };

  test('a failed batch is tried again with backoff, up to the longest delay', async () => {
    const { clock, queue, flushes, errors } = heldQueue({ hold: true, flushInterval: 10, retry });
    queue.push(event('a'));
    for (let i = 0; i < 5; i++) {
      await clock.advance(clock.next ?? 0);
      flushes[i]?.fail();
      await clock.advance(0);
    }
    await clock.advance(500);
    expect(flushes.map(({ at }) => at)).toEqual([10, 110, 410, 910, 1410, 1910]);
    expect(flushes.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(flushes.map(({ names }) => names.join()))).toEqual(new Set(['a']));
    expect(new Set(flushes.map(({ trigger }) => trigger))).toEqual(new Set(['interval']));
    expect(errors.map(({ batch }) => batch)).toEqual(Array(5).fill(undefined));
    flushes[5]?.succeed();
    await queue.idle();
    expect(queue.stats).toMatchObject({ flushed: 1, failed: 0, retries: 5, batches: 1 });
  });

  test('it goes ahead of what came later, which stays in order behind it', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, flushInterval: 10, retry });
    queue.push(event('a'));
    await clock.advance(10);
    queue.push(event('b'));
    flushes[0]?.fail();
    await clock.advance(50);
    queue.push(event('c'));
    await clock.advance(50);
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(batches()).toEqual([['a'], ['a'], ['b', 'c']]);
  });

  test('nothing else is flushed while it waits: not by time, size or hand', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 10, maxBatch: 2, retry });
    queue.push(event('a'));
    await clock.advance(10);
    flushes[0]?.fail();
    await clock.advance(0);
    for (const name of ['b', 'c', 'd']) queue.push(event(name));
    const flushed = vi.fn();
    void queue.flush().then(flushed);
    await clock.advance(99);
    expect(flushes).toHaveLength(1);
    expect(flushed).not.toHaveBeenCalled();
  });

  test('the delay begins anew with each batch', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 10, retry });
    for (let round = 0; round < 2; round++) {
      queue.push(event('a'));
      await clock.advance(10);
      flushes.at(-1)?.fail();
      await clock.advance(0);
      expect(clock.next).toBe(100);
      await clock.advance(100);
      flushes.at(-1)?.succeed();
      await clock.advance(0);
    }
    expect(flushes.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2]);
  });

  test('after the attempts allowed, onError receives the batch and the next one is flushed', async () => {
    const { clock, queue, flushes, errors } = heldQueue({
      hold: true,
      flushInterval: 10,
      retry: { ...retry, attempts: 2 },
    });
    queue.push(event('a'));
    await clock.advance(10);
    queue.push(event('b'));
    flushes[0]?.fail();
    await clock.advance(100);
    flushes[1]?.fail(new Error('for good'));
    await clock.advance(0);
    expect(errors).toMatchObject([{ batch: undefined }, { error: { message: 'for good' }, batch: ['a'] }]);
    expect(flushes.map(({ names }) => names.join())).toEqual(['a', 'a', 'b']);
  });

  test('a synchronous onFlush is retried too', async () => {
    let failures = 2;
    const seen: number[] = [];
    const { clock, queue } = heldQueue({
      flushInterval: 10,
      retry: { minDelay: 5 },
      onFlush: (_, { attempt }) => {
        seen.push(attempt);
        if (failures-- > 0) throw new Error('down');
      },
    });
    queue.push(event('a'));
    await clock.advance(25);
    expect(seen).toEqual([1, 2, 3]);
    await queue.idle();
  });

  test('each attempt has a signal of its own', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 10, retry });
    queue.push(event('a'));
    await clock.advance(10);
    flushes[0]?.fail();
    await clock.advance(100);
    expect(flushes[1]?.signal).not.toBe(flushes[0]?.signal);
  });
});

function raise(error: unknown): never {
  throw error;
}

/** A promise of another make, which only has `then`. */
function foreignPromise(error: Error): PromiseLike<never> {
  const rejected = Promise.reject(error);
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is meant
  return { then: (...handlers) => rejected.then(...handlers) };
}
