import { WatcherError } from '@watcher/core';
import { describe, expect, test, vi } from 'vitest';
import { channel, event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

const transient = (message: string) => new WatcherError(message, { code: 'DOWN', retryable: true });

test('the events of a stream, those it held included, are batched as pushed ones are', async () => {
  const { clock, queue, batches } = heldQueue({ flushInterval: 100 });
  const stream = channel('one');
  stream.push(event('held'));
  queue.start(stream);
  stream.push(event('live'));
  queue.push(event('pushed'));
  await clock.advance(100);
  expect(batches()).toEqual([['held', 'live', 'pushed']]);
});

test('a source that ends by itself has its remainder flushed, at once', async () => {
  const { clock, queue, flushes } = heldQueue({ flushInterval: 1000 });
  const stream = channel('one');
  queue.start(stream);
  stream.push(event('a'));
  void stream.close({ reason: 'ended' });
  expect(flushes).toMatchObject([{ names: ['a'], trigger: 'ended', at: 0 }]);
  await clock.advance(5000);
  expect(flushes).toHaveLength(1);
});

test('so it is when it ended before it was started', async () => {
  const { queue, batches } = heldQueue();
  const stream = channel('one');
  stream.push(event('a'));
  void stream.close({ reason: 'ended' });
  queue.start(stream);
  expect(batches()).toEqual([['a']]);
});

test('the remainder of a source that ends during a flush follows that flush', async () => {
  const { clock, queue, flushes } = heldQueue({ hold: true, maxBatch: 2, flushInterval: 1000 });
  const stream = channel('one');
  queue.start(stream);
  for (const name of ['a', 'b', 'c']) stream.push(event(name));
  void stream.close({ reason: 'ended' });
  flushes[0]?.succeed();
  await clock.advance(0);
  expect(flushes[1]).toMatchObject({ names: ['c'], trigger: 'ended' });
});

test('a source that fails tells onError once, and its remainder is flushed too', async () => {
  const { queue, batches, errors } = heldQueue();
  const stream = channel('one');
  queue.start(stream);
  stream.push(event('a'));
  const error = new WatcherError('unreadable key', { code: 'BAD_KEY' });
  await stream.close({ reason: 'failed', error });
  expect(batches()).toEqual([['a']]);
  expect(errors.map((told) => told.error)).toEqual([error]);
  expect(errors[0]?.batch).toBeUndefined();
});

test('transient errors of a stream go to onError, and the stream goes on', async () => {
  const { clock, queue, batches, errors } = heldQueue({ flushInterval: 100 });
  const stream = channel('one');
  queue.start(stream);
  stream.error(transient('away'));
  stream.push(event('a'));
  await clock.advance(100);
  expect(errors).toMatchObject([{ error: { code: 'DOWN', message: 'away' } }]);
  expect(batches()).toEqual([['a']]);
});

test('one stream ending, failing or being disposed does not stop the others', async () => {
  const { clock, queue, batches } = heldQueue({ flushInterval: 100 });
  const streams = ['ends', 'fails', 'disposed', 'stays'].map((source) => channel(source));
  const [ends, fails, , stays] = streams;
  const started = streams.map((stream) => queue.start(stream));
  void ends?.close({ reason: 'ended' });
  void fails?.close({ reason: 'failed', error: transient('for good') });
  started[2]?.[Symbol.dispose]();
  stays?.push(event('a'));
  await clock.advance(100);
  expect(batches()).toEqual([['a']]);
});

test('what start returns closes that stream, and what it brought is flushed in its time', async () => {
  const { clock, queue, flushes } = heldQueue({ flushInterval: 100 });
  const stream = channel('one');
  {
    using _ = queue.start(stream);
    stream.push(event('a'));
  }
  expect(await stream.closed).toEqual({ reason: 'aborted' });
  await clock.advance(99);
  expect(flushes).toHaveLength(0);
  await clock.advance(1);
  expect(flushes).toMatchObject([{ names: ['a'], trigger: 'interval' }]);
});

test('a stream that is consumed already is refused, and the queue is none the worse', async () => {
  const { clock, queue, batches } = heldQueue({ flushInterval: 100 });
  const stream = channel('one');
  queue.start(stream);
  expect(() => queue.start(stream)).toThrow(expect.objectContaining({ code: 'SECOND_CONSUMER' }));
  stream.push(event('a'));
  await clock.advance(100);
  expect(batches()).toEqual([['a']]);
  await queue.close();
  expect(await stream.closed).toEqual({ reason: 'aborted' });
});

test('a stream that has ended is let go of: closing the queue is nothing to it', async () => {
  const { queue } = heldQueue();
  const stream = channel('one');
  queue.start(stream);
  await stream.close({ reason: 'ended' });
  const close = vi.spyOn(stream, 'close');
  await queue.close();
  expect(close).not.toHaveBeenCalled();
});

test('a stream started on a closed queue is closed', async () => {
  const { queue } = heldQueue();
  await queue.close();
  const stream = channel('one');
  using _ = queue.start(stream);
  expect(await stream.closed).toEqual({ reason: 'aborted' });
});

test('a queue closed from within the flush of what a stream held closes that stream', async () => {
  const { queue } = heldQueue({ maxBatch: 1, onFlush: () => void queue.close() });
  const stream = channel('one');
  stream.push(event('a'));
  stream.push(event('b'));
  queue.start(stream);
  expect(await stream.closed).toEqual({ reason: 'aborted' });
  await queue.closed;
  expect(queue.stats.flushed).toBe(1);
});

describe('closed waits until a stream has let go of everything', () => {
  /** A queue, and a stream that lets go no sooner than `release` is called. */
  function queueAndStream() {
    const controller = new AbortController();
    const stream = channel('one', { signal: controller.signal });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    stream.run(() => released);
    return { ...heldQueue({ hold: true, signal: controller.signal }), controller, stream, release };
  }

  test.each<[when: string, close: (it: ReturnType<typeof queueAndStream>) => void]>([
    [
      'when it closes the stream',
      ({ queue, stream }) => {
        queue.start(stream);
        void queue.close();
      },
    ],
    [
      'when one signal closes both',
      ({ queue, stream, controller }) => {
        queue.start(stream);
        controller.abort();
      },
    ],
    [
      'when what `start` gave was disposed before',
      ({ queue, stream }) => {
        queue.start(stream)[Symbol.dispose]();
        void queue.close();
      },
    ],
    [
      'when it came while the queue was draining',
      ({ queue, stream, flushes }) => {
        queue.push(event('a'));
        void queue.close({ drain: true });
        queue.start(stream);
        flushes[0]?.succeed();
      },
    ],
  ])('%s', async (_, close) => {
    const it = queueAndStream();
    const over: string[] = [];
    void it.queue.closed.then(() => over.push('queue'));
    void it.stream.closed.then(() => over.push('stream'));
    close(it);
    await it.clock.advance(0);
    expect(over).toEqual([]);
    it.release();
    await it.queue.closed;
    expect(over).toEqual(['stream', 'queue']);
  });
});
