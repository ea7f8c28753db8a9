import { WatcherError } from '@watcher/core';
import { describe, expect, test, vi } from 'vitest';
import { channel, collect, event, recorder, settle } from '../support/event.ts';

const away = new WatcherError('away', { code: 'AWAY', retryable: true });

describe('subscribing', () => {
  test('pushes what is held at once and what comes later as it comes, all before it returns', () => {
    const stream = channel();
    stream.push(event('a'));
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    expect(calls).toEqual(['a']);
    stream.push(event('b'));
    expect(calls).toEqual(['a', 'b']);
    expect(stream.stats).toMatchObject({ received: 2, delivered: 2, buffered: 0 });
  });

  test('what comes while the held is pushed goes behind it', () => {
    const stream = channel();
    for (const name of ['a', 'b', 'c']) stream.push(event(name));
    const { calls, sink } = recorder({
      push: ({ actorName }) => actorName === 'a' && stream.push(event('d')),
    });
    stream.subscribe(sink);
    expect(calls).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each([
    ['aborted', { reason: 'aborted' as const }],
    ['ended', { reason: 'ended' as const }],
    ['failed', { reason: 'failed' as const, error: away }],
  ])('tells the sink that the stream is %s, as its last call', async (reason, how) => {
    const stream = channel();
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    void stream.close(how);
    stream.push(event('late'));
    stream.error(away);
    await stream.close();
    expect(calls).toEqual([`close:${reason}`]);
  });

  test('to an ended stream pushes what is held and then its end', () => {
    const stream = channel();
    stream.push(event('a'));
    void stream.close({ reason: 'ended' });
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    expect(calls).toEqual(['a', 'close:ended']);
  });

  test('to an aborted stream pushes only its end', () => {
    const stream = channel();
    stream.push(event('a'));
    void stream.close();
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    expect(calls).toEqual(['close:aborted']);
  });

  test('disposing closes the stream', async () => {
    const stream = channel();
    const { calls, sink } = recorder();
    stream.subscribe(sink)[Symbol.dispose]();
    expect(calls).toEqual(['close:aborted']);
    expect(await stream.closed).toEqual({ reason: 'aborted' });
  });

  test('a sink needs no more than push', async () => {
    const stream = channel();
    stream.subscribe({ push() {} });
    stream.error(away);
    await stream.close();
  });

  test('a transient error is told to the sink, and the stream goes on', () => {
    const stream = channel();
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    stream.error(away);
    stream.push(event('a'));
    expect(calls).toEqual(['error:AWAY', 'a']);
  });

  test('a sink that closes the stream gets nothing more but its end', () => {
    const stream = channel();
    for (const name of ['a', 'b']) stream.push(event(name));
    const { calls, sink } = recorder({ push: () => void stream.close() });
    stream.subscribe(sink);
    stream.push(event('c'));
    expect(calls).toEqual(['a', 'close:aborted']);
  });
});

describe('a sink that throws', () => {
  const cause = new Error('mine');
  const failing = () =>
    recorder({
      push: () => {
        throw cause;
      },
    });

  test('closes the stream as failed, and gets nothing more but its end', async () => {
    const stream = channel();
    const { calls, sink } = failing();
    stream.subscribe(sink);
    stream.push(event('a'));
    stream.push(event('b'));
    expect(calls).toEqual(['a', 'close:failed']);
    const { reason, error } = await stream.closed;
    expect(reason).toBe('failed');
    expect(error).toMatchObject({ code: 'CONSUMER_FAILED', source: 'engine' });
    expect(error?.cause).toBe(cause);
    expect(stream.stats).toMatchObject({ delivered: 0, buffered: 0 });
  });

  test('on what was held does so too, and the rest is let go', async () => {
    const stream = channel();
    for (const name of ['a', 'b', 'c']) stream.push(event(name));
    const { calls, sink } = failing();
    stream.subscribe(sink);
    expect(calls).toEqual(['a', 'close:failed']);
    expect(stream.stats.buffered).toBe(0);
    expect((await stream.closed).reason).toBe('failed');
  });

  test('on the remainder of an ended stream is told so, though the stream itself has ended', async () => {
    const stream = channel();
    for (const name of ['a', 'b']) stream.push(event(name));
    void stream.close({ reason: 'ended' });
    const { calls, sink } = failing();
    stream.subscribe(sink);
    expect(calls).toEqual(['a', 'close:failed']);
    expect(await stream.closed).toEqual({ reason: 'ended' });
  });

  test('only when it is awaited does so too, and is no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const stream = channel();
    const { calls, sink } = recorder();
    stream.subscribe({
      ...sink,
      push: async () => {
        throw cause;
      },
      close: async (reason) => {
        sink.close(reason);
        throw cause;
      },
    });
    stream.push(event('a'));
    const { reason, error } = await stream.closed;
    expect(reason).toBe('failed');
    expect(error).toMatchObject({ code: 'CONSUMER_FAILED', cause });
    expect(calls).toEqual(['close:failed']);
    await settle();
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
  });

  test('in its close is too late to matter', async () => {
    const stream = channel();
    stream.subscribe({
      push() {},
      close() {
        throw cause;
      },
    });
    await stream.close();
    expect(await stream.closed).toEqual({ reason: 'aborted' });
  });

  test('in its error is an error more, and the stream goes on', async () => {
    const stream = channel();
    const { calls, sink } = recorder();
    stream.subscribe({
      ...sink,
      error() {
        throw cause;
      },
    });
    stream.error(away);
    stream.push(event('a'));
    expect(calls).toEqual(['a']);
    void stream.close();
    const codes = await collect(stream.errors, ({ code }) => code);
    expect(codes).toEqual(['AWAY', 'CONSUMER_FAILED']);
    expect(stream.stats.errors).toBe(2);
  });
});

describe('a second consumer is an error that says so', () => {
  const refused = expect.objectContaining({
    code: 'SECOND_CONSUMER',
    source: 'engine',
    message: expect.stringContaining('Call events() again'),
  });
  const sink = { push() {} };

  test('subscribing twice', () => {
    const stream = channel();
    stream.subscribe(sink);
    expect(() => stream.subscribe(sink)).toThrow(refused);
  });

  test('iterating twice', async () => {
    const stream = channel();
    stream[Symbol.asyncIterator]();
    await expect(collect(stream)).rejects.toThrow(refused);
  });

  test('subscribing while iterating, and the other way round', () => {
    const iterated = channel();
    iterated[Symbol.asyncIterator]();
    expect(() => iterated.subscribe(sink)).toThrow(refused);
    const subscribed = channel();
    subscribed.subscribe(sink);
    expect(() => subscribed[Symbol.asyncIterator]()).toThrow(refused);
  });

  test('even when the stream is over', async () => {
    const stream = channel();
    stream.subscribe(sink);
    await stream.close();
    expect(() => stream.subscribe(sink)).toThrow(refused);
  });

  test('and the first goes on', () => {
    const stream = channel();
    const { calls, sink: first } = recorder();
    stream.subscribe(first);
    expect(() => stream.subscribe(sink)).toThrow(refused);
    stream.push(event('a'));
    expect(calls).toEqual(['a']);
  });
});
