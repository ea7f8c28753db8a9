import { WatcherError } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import { channel, collect, event, nameOf, settle } from '../support/event.ts';

const fault = new WatcherError('unreadable key', { code: 'BAD_KEY', source: 'engine' });

describe('iterating', () => {
  test('gives what was held, then what comes, in order, and ends quietly when the source ends', async () => {
    const stream = channel();
    for (const name of ['a', 'b']) stream.push(event(name));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const it of stream) seen.push(nameOf(it));
    })();
    await settle();
    expect(seen).toEqual(['a', 'b']);
    stream.push(event('c'));
    await settle();
    for (const name of ['d', 'e']) stream.push(event(name));
    void stream.close({ reason: 'ended' });
    await reading;
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('gives what was held when the source had ended before', async () => {
    const stream = channel();
    stream.push(event('a'));
    void stream.close({ reason: 'ended' });
    expect(await collect(stream, nameOf)).toEqual(['a']);
  });

  test('ends quietly on abort, at once: what is held is let go', async () => {
    const controller = new AbortController();
    const stream = channel({ signal: controller.signal });
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) stream.push(event(name));
    for await (const it of stream) {
      seen.push(nameOf(it));
      controller.abort(new Error('enough'));
    }
    expect(seen).toEqual(['a']);
    expect(stream.stats.buffered).toBe(0);
    expect(await stream.closed).toEqual({ reason: 'aborted' });
  });

  test('ends quietly on abort while it waits', async () => {
    const controller = new AbortController();
    const stream = channel({ signal: controller.signal });
    const reading = collect(stream);
    await settle();
    controller.abort();
    expect(await reading).toEqual([]);
  });

  test("throws on 'failed', after what was held, and once", async () => {
    const stream = channel();
    stream.push(event('a'));
    void stream.close({ reason: 'failed', error: fault });
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ actorName: 'a' });
    await expect(iterator.next()).rejects.toBe(fault);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test("throws on 'failed' to the one that waits longest, and ends the others", async () => {
    const stream = channel();
    const iterator = stream[Symbol.asyncIterator]();
    const waiting = Promise.allSettled([iterator.next(), iterator.next(), iterator.next()]);
    void stream.close({ reason: 'failed', error: fault });
    const end = { status: 'fulfilled', value: { value: undefined, done: true } };
    expect(await waiting).toEqual([{ status: 'rejected', reason: fault }, end, end]);
  });

  test('several that wait are served in order', async () => {
    const stream = channel();
    const iterator = stream[Symbol.asyncIterator]();
    const waiting = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    for (const name of ['a', 'b']) stream.push(event(name));
    void stream.close({ reason: 'ended' });
    expect((await waiting).map(({ value }) => value?.actorName)).toEqual(['a', 'b', undefined]);
  });

  test('may go through the iterator itself, as through any', async () => {
    const stream = channel();
    stream.push(event('a'));
    void stream.close({ reason: 'ended' });
    const iterator = stream[Symbol.asyncIterator]() as AsyncIterableIterator<{ actorName: string }>;
    expect(await collect(iterator, ({ actorName }) => actorName)).toEqual(['a']);
  });
});

describe('leaving the loop', () => {
  type Leave = (stream: ReturnType<typeof channel>) => Promise<void>;
  const leaves: [string, Leave][] = [
    [
      'break',
      async (stream) => {
        for await (const _ of stream) break;
      },
    ],
    [
      'throw',
      async (stream) => {
        const error = new Error('mine');
        const reading = async () => {
          for await (const _ of stream) throw error;
        };
        await expect(reading()).rejects.toBe(error);
      },
    ],
    [
      'return',
      async (stream) => {
        const reading = async () => {
          for await (const it of stream) return it;
          return undefined;
        };
        expect(await reading()).toMatchObject({ actorName: 'a' });
      },
    ],
    [
      'return() by hand',
      async (stream) => {
        const iterator = stream[Symbol.asyncIterator]();
        expect(await iterator.return?.()).toEqual({ value: undefined, done: true });
      },
    ],
  ];

  test.each(leaves)('by %s closes the stream and waits until its producer has let go', async (_, leave) => {
    const controller = new AbortController();
    const stream = channel({ signal: controller.signal });
    const log: string[] = [];
    stream.run(async (signal) => {
      for (const name of ['a', 'b', 'c']) stream.push(event(name));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      log.push('told');
      await settle();
      log.push('let go');
    });
    await leave(stream);
    expect(log).toEqual(['told', 'let go']);
    expect(stream.stats.buffered).toBe(0);
    expect(await stream.closed).toEqual({ reason: 'aborted' });
    stream.push(event('late'));
    expect(stream.stats).toMatchObject({ received: 3, buffered: 0 });
  });

  test('ends a next() that waits', async () => {
    const stream = channel();
    const iterator = stream[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });

  test('of a failed stream throws nothing: who leaves does not care', async () => {
    const stream = channel();
    for (const name of ['a', 'b']) stream.push(event(name));
    void stream.close({ reason: 'failed', error: fault });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    await iterator.next();
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });
});
