import { getEventListeners } from 'node:events';
import { isWatcherError, WatcherError } from '@watcher/core';
import { describe, expect, test, vi } from 'vitest';
import { channel, collect, event, recorder, settle } from '../support/event.ts';

const fault = new WatcherError('unreadable key', { code: 'BAD_KEY', source: 'engine' });
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('ready', () => {
  test('resolves when the source is subscribed to, and stays so', async () => {
    const stream = channel();
    const ready = vi.fn();
    void stream.ready.then(ready);
    await settle();
    expect(ready).not.toHaveBeenCalled();
    stream.opened();
    stream.opened();
    await stream.ready;
    await stream.close({ reason: 'failed', error: fault });
    await stream.ready;
  });

  test('rejects with the error of a permanent fault', async () => {
    const stream = channel();
    void stream.close({ reason: 'failed', error: fault });
    await expect(stream.ready).rejects.toBe(fault);
  });

  test('rejects with ABORTED on abort, and has the reason as its cause', async () => {
    const controller = new AbortController();
    const stream = channel({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(stream.ready).rejects.toMatchObject({ code: 'ABORTED', source: 'engine', cause: reason });
  });

  test('rejects with ABORTED when the stream is closed or ends first', async () => {
    for (const how of [{ reason: 'aborted' as const }, { reason: 'ended' as const }]) {
      const stream = channel();
      void stream.close(how);
      await expect(stream.ready).rejects.toMatchObject({ code: 'ABORTED' });
    }
  });

  test('is never an unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    try {
      void channel().close({ reason: 'failed', error: fault });
      void channel({ signal: AbortSignal.abort() });
      channel().run(() => Promise.reject(fault));
      await settle();
      await settle();
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });

  test('an opening that comes too late changes nothing', async () => {
    const stream = channel();
    void stream.close();
    stream.opened();
    await expect(stream.ready).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('closed', () => {
  test.each([
    ['aborted', { reason: 'aborted' as const }],
    ['ended', { reason: 'ended' as const }],
    ['failed', { reason: 'failed' as const, error: fault }],
  ])('resolves with %s, and the first reason stays', async (_, how) => {
    const stream = channel();
    void stream.close(how);
    await stream.close();
    await stream.close({ reason: 'failed', error: new WatcherError('later', { code: 'LATER' }) });
    expect(await stream.closed).toEqual(how);
  });

  test('waits for a producer that lets go slowly, and so does close()', async () => {
    const stream = channel();
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.run(() => promise);
    const closed = vi.fn();
    void stream.closed.then(closed);
    void stream.close().then(closed);
    await settle();
    expect(closed).not.toHaveBeenCalled();
    resolve();
    await settle();
    expect(closed).toHaveBeenCalledTimes(2);
  });

  test('`await using` closes and waits', async () => {
    const log: string[] = [];
    {
      await using stream = channel();
      stream.run(async (signal) => {
        await untilAborted(signal);
        await settle();
        log.push('let go');
      });
    }
    expect(log).toEqual(['let go']);
  });
});

describe('a producer', () => {
  test('that returns has ended the stream', async () => {
    const stream = channel();
    stream.run(async () => {
      stream.opened();
      stream.push(event('a'));
    });
    expect(await stream.closed).toEqual({ reason: 'ended' });
  });

  test('that throws has failed it, with its error', async () => {
    const stream = channel();
    stream.run(async () => {
      throw fault;
    });
    const { reason, error } = await stream.closed;
    expect(reason).toBe('failed');
    expect(error).toBe(fault);
  });

  test('that throws before its first wait has failed it too', async () => {
    const stream = channel();
    stream.run(() => {
      throw fault;
    });
    expect((await stream.closed).error).toBe(fault);
  });

  test.each([[new TypeError('x is undefined')], ['text'], [undefined], [Object.create(null)]])(
    'that throws what is no WatcherError has failed it with UNEXPECTED (%#)',
    async (cause) => {
      const stream = channel();
      stream.run(() => Promise.reject(cause));
      const { error } = await stream.closed;
      expect(isWatcherError(error, 'UNEXPECTED')).toBe(true);
      expect(error).toMatchObject({ source: 'engine' });
      expect(error?.cause).toBe(cause);
    },
  );

  test('that hangs until it is aborted is aborted, and its end is waited for', async () => {
    const controller = new AbortController();
    const stream = channel({ signal: controller.signal });
    const log: string[] = [];
    stream.run(async (signal) => {
      await untilAborted(signal);
      log.push('let go');
    });
    controller.abort();
    await stream.closed;
    expect(log).toEqual(['let go']);
  });

  test('that throws because it was aborted leaves the stream aborted', async () => {
    const stream = channel();
    stream.run(async (signal) => {
      await untilAborted(signal);
      throw new Error('AbortError, say');
    });
    await stream.close();
    expect(await stream.closed).toEqual({ reason: 'aborted' });
  });

  test('is not started when the stream is closed already', async () => {
    const producer = vi.fn(async () => {});
    const stream = channel({ signal: AbortSignal.abort() });
    stream.run(producer);
    await stream.closed;
    expect(producer).not.toHaveBeenCalled();
  });

  test('that goes on after the end is heard by nobody', async () => {
    const stream = channel();
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    await stream.close();
    stream.push(event('late'));
    stream.error(fault);
    stream.opened();
    expect(calls).toEqual(['close:aborted']);
    expect(stream.stats).toMatchObject({ received: 0, errors: 0 });
  });
});

describe('the signal', () => {
  test('aborted before the stream was made closes it', async () => {
    const stream = channel({ signal: AbortSignal.abort() });
    expect(await stream.closed).toEqual({ reason: 'aborted' });
    expect(await collect(stream)).toEqual([]);
  });

  test.each([
    ['closed', (stream: ReturnType<typeof channel>) => stream.close()],
    ['ended', (stream: ReturnType<typeof channel>) => stream.close({ reason: 'ended' })],
    ['failed', (stream: ReturnType<typeof channel>) => stream.close({ reason: 'failed', error: fault })],
    [
      'left',
      async (stream: ReturnType<typeof channel>) => {
        await stream[Symbol.asyncIterator]().return?.();
      },
    ],
  ])('loses its listener when the stream is %s', async (_, end) => {
    const { signal } = new AbortController();
    const stream = channel({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await end(stream);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('loses it when it fires, too', async () => {
    const controller = new AbortController();
    const streams = Array.from({ length: 3 }, () => channel({ signal: controller.signal }));
    controller.abort();
    await Promise.all(streams.map(({ closed }) => closed));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});

test('what is held when the stream fails or ends is still delivered', async () => {
  for (const how of [{ reason: 'ended' as const }, { reason: 'failed' as const, error: fault }]) {
    const stream = channel();
    stream.push(event('a'));
    void stream.close(how);
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    expect(calls).toEqual(['a', `close:${how.reason}`]);
  }
});

test("reload is the ForceReload of the stream's source, for whoever has to collapse events", () => {
  expect(channel().reload('overflow')).toMatchObject({ action: 4096, source: 'engine', reason: 'overflow' });
});

test.each([
  ['signal', { signal: {} }],
  ['signal', { signal: null }],
  ['onError', { onError: 42 }],
  ['onError', { onError: null }],
])('a wrong %s throws, and names it (%#)', (option, options) => {
  expect(() => channel(options as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(`"${option}"`) }),
  );
});
