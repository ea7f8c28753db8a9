import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { EventQueue } from '../src/index.ts';
import { channel, event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

describe.each([
  ['aborting its signal', true],
  ['close()', false],
])('%s', (_, bySignal) => {
  const make = (options: Parameters<typeof heldQueue>[0] = {}) => {
    const controller = new AbortController();
    const held = heldQueue({ signal: controller.signal, ...options });
    const stop = () => (bySignal ? controller.abort(new Error('enough')) : void held.queue.close());
    const closed = vi.fn();
    void held.queue.closed.then(closed);
    return { ...held, controller, stop, closed };
  };

  test('starts no new flush, and what is buffered is discarded', async () => {
    const { clock, queue, flushes, errors, stop, closed } = make({ flushInterval: 100 });
    queue.push(event('a'));
    stop();
    await clock.advance(1000);
    expect(flushes).toEqual([]);
    expect(errors).toEqual([]);
    expect(closed).toHaveBeenCalled();
    expect(queue.stats).toMatchObject({ discarded: 1, buffered: 0 });
  });

  test("fires the running flush's own signal, waits for the flush, and then settles closed", async () => {
    const { clock, queue, flushes, errors, stop, closed } = make({ hold: true, flushInterval: 100 });
    queue.push(event('a'));
    await clock.advance(100);
    queue.push(event('b'));
    expect(flushes[0]?.signal.aborted).toBe(false);
    stop();
    expect(flushes[0]?.signal.aborted).toBe(true);
    await clock.advance(60_000);
    expect(closed).not.toHaveBeenCalled();
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(closed).toHaveBeenCalled();
    expect(flushes).toHaveLength(1);
    expect(errors).toEqual([]);
    expect(queue.stats).toMatchObject({ flushed: 1, discarded: 1 });
  });

  test('a signal that is looked at for the first time after the abort is aborted', async () => {
    let signal: (() => AbortSignal) | undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { queue, stop } = make({
      maxBatch: 1,
      onFlush: (_, context) => {
        signal = () => context.signal;
        return promise;
      },
    });
    queue.push(event('a'));
    stop();
    expect(signal?.().aborted).toBe(true);
    resolve();
    await queue.closed;
  });

  test('leaves the signal of an attempt that is over alone', async () => {
    const { clock, queue, flushes, stop } = make({ hold: true, flushInterval: 100, retry: {} });
    queue.push(event('a'));
    await clock.advance(100);
    flushes[0]?.fail();
    await clock.advance(0);
    stop();
    await queue.closed;
    expect(flushes[0]?.signal.aborted).toBe(false);
  });

  test('what a flush was told may be handed on as a copy', async () => {
    let copy: { signal: AbortSignal; trigger: string; attempt: number } | undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { queue, stop } = make({
      maxBatch: 1,
      onFlush: (_, context) => {
        copy = { ...context };
        return promise;
      },
    });
    queue.push(event('a'));
    stop();
    expect(copy).toMatchObject({ signal: { aborted: true }, trigger: 'size', attempt: 1 });
    resolve();
    await queue.closed;
  });

  test('a flush that ends because its signal fired is discarded, and no error', async () => {
    const { queue, errors, stop } = make({
      maxBatch: 1,
      onFlush: async (_, { signal }) => void (await sleep(60_000, undefined, { signal })),
    });
    queue.push(event('a'));
    stop();
    await queue.closed;
    expect(errors).toEqual([]);
    expect(queue.stats).toMatchObject({ discarded: 1, failed: 0 });
  });

  test('a flush that fails of itself after the abort still goes to onError with its batch', async () => {
    const { queue, flushes, errors, stop } = make({ hold: true, maxBatch: 1, retry: {} });
    queue.push(event('a'));
    stop();
    flushes[0]?.fail(new Error('disk full'));
    await queue.closed;
    expect(errors).toMatchObject([{ error: { message: 'disk full' }, batch: ['a'] }]);
  });

  test('a batch that waits for its next attempt is discarded', async () => {
    const { clock, queue, flushes, stop, closed } = make({ hold: true, maxBatch: 1, retry: {} });
    queue.push(event('a'));
    flushes[0]?.fail();
    await clock.advance(0);
    expect(clock.pending).toBe(1);
    stop();
    expect(clock.pending).toBe(0);
    await clock.advance(100_000);
    expect(flushes).toHaveLength(1);
    expect(closed).toHaveBeenCalled();
    expect(queue.stats).toMatchObject({ discarded: 1, flushing: 0 });
  });

  test('flush() and idle() settle, before, during and after it', async () => {
    const { clock, queue, flushes, stop } = make({ hold: true, maxBatch: 2 });
    for (const name of ['a', 'b', 'c']) queue.push(event(name));
    const before = [queue.flush(), queue.idle()];
    stop();
    const during = [queue.flush(), queue.idle()];
    flushes[0]?.succeed();
    await clock.advance(0);
    await Promise.all([...before, ...during, queue.flush(), queue.idle(), queue.closed]);
    expect(flushes).toHaveLength(1);
  });

  test('closes the streams, and waits until they have let go', async () => {
    const { clock, queue, stop, closed } = make();
    const stream = channel('one');
    const { promise, resolve } = Promise.withResolvers<void>();
    let told = false;
    stream.run(async (signal) => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      await promise;
    });
    queue.start(stream);
    stop();
    await clock.advance(0);
    expect(told).toBe(true);
    expect(closed).not.toHaveBeenCalled();
    resolve();
    await clock.advance(0);
    expect(closed).toHaveBeenCalled();
    expect(await stream.closed).toEqual({ reason: 'aborted' });
  });

  test('leaves no listener on the signal', async () => {
    const { queue, controller, stop } = make();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    stop();
    await queue.closed;
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('what comes afterwards is counted as discarded, and flushed by nothing', async () => {
    const { clock, queue, flushes, stop } = make({ maxBatch: 1 });
    stop();
    queue.push(event('late'));
    await clock.advance(1000);
    await queue.flush();
    expect(flushes).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(queue.stats).toMatchObject({ discarded: 1, received: 1 });
  });

  test('from within onFlush it takes effect after that batch', async () => {
    const { queue, batches } = make({ maxBatch: 1 });
    const inner = new EventQueue({
      maxBatch: 1,
      onFlush: () => void inner.close(),
      onError() {},
    });
    inner.push(event('a'));
    inner.push(event('b'));
    await inner.closed;
    expect(inner.stats).toMatchObject({ flushed: 1, discarded: 1 });
    await queue.close();
    expect(batches()).toEqual([]);
  });
});

describe('with drain', () => {
  test('one last flush runs first, with a live signal', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 1000 });
    queue.push(event('a'));
    queue.push(event('b'));
    const closed = vi.fn();
    void queue.close({ drain: true }).then(closed);
    expect(flushes).toMatchObject([{ names: ['a', 'b'], trigger: 'drain' }]);
    await clock.advance(0);
    expect(flushes[0]?.signal.aborted).toBe(false);
    expect(closed).not.toHaveBeenCalled();
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(closed).toHaveBeenCalled();
    expect(flushes).toHaveLength(1);
  });

  test("onAbort: 'drain' makes it what an abort and a close() do", async () => {
    const controller = new AbortController();
    for (const stop of [(queue: EventQueue) => void queue.close(), () => controller.abort()]) {
      const { queue, flushes } = heldQueue({ onAbort: 'drain', signal: controller.signal });
      queue.push(event('a'));
      stop(queue);
      await queue.closed;
      expect(flushes).toMatchObject([{ names: ['a'], trigger: 'drain' }]);
    }
  });

  test("close({ drain: false }) discards even then, and close({ drain: true }) drains under 'discard'", async () => {
    const draining = heldQueue({ onAbort: 'drain' });
    draining.queue.push(event('a'));
    await draining.queue.close({ drain: false });
    expect(draining.flushes).toEqual([]);

    const discarding = heldQueue({ onAbort: 'discard' });
    discarding.queue.push(event('a'));
    await discarding.queue.close({ drain: true });
    expect(discarding.batches()).toEqual([['a']]);
  });

  test('a running flush is left in peace, and the last one follows it', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, maxBatch: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) queue.push(event(name));
    void queue.close({ drain: true });
    expect(flushes[0]?.signal.aborted).toBe(false);
    for (let i = 0; i < 3; i++) {
      flushes[i]?.succeed();
      await clock.advance(0);
    }
    await queue.closed;
    expect(batches()).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('takes in nothing new: events and streams that come are turned away', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true });
    const before = channel('before');
    queue.start(before);
    before.push(event('a'));
    void queue.close({ drain: true });
    before.push(event('b'));
    queue.push(event('c'));
    const after = channel('after');
    queue.start(after);
    expect(await after.closed).toEqual({ reason: 'aborted' });
    flushes[0]?.succeed();
    await clock.advance(0);
    await queue.closed;
    expect(batches()).toEqual([['a']]);
  });

  test('a batch that waits for its next attempt gets it at once, and what failed then is given up', async () => {
    const { clock, queue, flushes, errors, batches } = heldQueue({ hold: true, maxBatch: 1, retry: {} });
    queue.push(event('a'));
    flushes[0]?.fail();
    await clock.advance(0);
    queue.push(event('b'));
    void queue.close({ drain: true });
    expect(flushes[1]).toMatchObject({ names: ['a'], attempt: 2 });
    flushes[1]?.fail(new Error('still down'));
    await clock.advance(0);
    flushes[2]?.fail(new Error('down too'));
    await queue.closed;
    expect(batches()).toEqual([['a'], ['a'], ['b']]);
    expect(errors.slice(1)).toMatchObject([
      { error: { message: 'still down' }, batch: ['a'] },
      { error: { message: 'down too' }, batch: ['b'] },
    ]);
  });

  test('an abort cuts it short: its signal fires and the rest is discarded', async () => {
    const controller = new AbortController();
    const { queue, flushes, clock } = heldQueue({ hold: true, maxBatch: 1, signal: controller.signal });
    queue.push(event('a'));
    queue.push(event('b'));
    void queue.close({ drain: true });
    controller.abort(new Error('at once'));
    expect(flushes[0]?.signal.reason).toMatchObject({ message: 'at once' });
    flushes[0]?.succeed();
    await clock.advance(0);
    await queue.closed;
    expect(flushes).toHaveLength(1);
    expect(queue.stats).toMatchObject({ flushed: 1, discarded: 1 });
  });

  test('an abort is not turned back into a drain', async () => {
    const { queue, flushes, errors } = heldQueue({ hold: true, maxBatch: 1 });
    queue.push(event('a'));
    queue.push(event('b'));
    void queue.close();
    void queue.close({ drain: true });
    flushes[0]?.fail(flushes[0].signal.reason);
    await queue.closed;
    expect(flushes).toHaveLength(1);
    expect(errors).toEqual([]);
    expect(queue.stats).toMatchObject({ discarded: 2 });
  });
});

test('a signal that is aborted already gives a closed queue', async () => {
  const { clock, queue, flushes } = heldQueue({ signal: AbortSignal.abort(), onAbort: 'drain', maxBatch: 1 });
  queue.push(event('a'));
  await queue.closed;
  await clock.advance(1000);
  expect(flushes).toEqual([]);
});

test('leaving an `await using` scope closes the queue as onAbort says', async () => {
  const held = heldQueue({ onAbort: 'drain' });
  {
    await using queue = held.queue;
    queue.push(event('a'));
  }
  expect(held.batches()).toEqual([['a']]);
  await held.queue.closed;
});

test('the signal of a flush never fires once the flush is over', async () => {
  const { queue, flushes } = heldQueue({ maxBatch: 1 });
  queue.push(event('a'));
  await queue.close();
  expect(flushes[0]?.signal.aborted).toBe(false);
});
