import { describe, expect, test, vi } from 'vitest';
import { event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

describe('flush()', () => {
  test('flushes what is buffered at once, and resolves when that is done', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true });
    queue.push(event('a'));
    const flushed = vi.fn();
    void queue.flush().then(flushed);
    expect(flushes).toMatchObject([{ names: ['a'], trigger: 'flush', at: 0 }]);
    await clock.advance(5000);
    expect(flushed).not.toHaveBeenCalled();
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(flushed).toHaveBeenCalled();
  });

  test('behind a running flush it waits for both, in as many batches as it takes, and for nothing later', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, maxBatch: 2, flushInterval: 1000 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) queue.push(event(name));
    const flushed = vi.fn();
    void queue.flush().then(flushed);
    for (const name of ['f', 'g', 'h']) queue.push(event(name));
    for (let i = 0; i < 3; i++) {
      expect(flushed).not.toHaveBeenCalled();
      flushes[i]?.succeed();
      await clock.advance(0);
    }
    expect(batches().slice(0, 3)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
    expect(flushes[2]?.trigger).toBe('flush');
    expect(flushed).toHaveBeenCalled();
    expect(flushes[3]?.trigger).toBe('size');
  });

  test("resolves when the flush fails: the error is onError's", async () => {
    const { queue, errors } = heldQueue({ onFlush: () => Promise.reject(new Error('down')) });
    queue.push(event('a'));
    await queue.flush();
    expect(errors).toHaveLength(1);
  });

  test('with retry it resolves when the batch got through', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, retry: { minDelay: 50 } });
    queue.push(event('a'));
    const flushed = vi.fn();
    void queue.flush().then(flushed);
    flushes[0]?.fail();
    await clock.advance(50);
    expect(flushed).not.toHaveBeenCalled();
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(flushed).toHaveBeenCalled();
  });

  test('is the trigger of what it flushes, whatever asks for the same later', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true });
    queue.push(event('a'));
    void queue.flush();
    queue.push(event('b'));
    void queue.flush();
    void queue.close({ drain: true });
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(flushes[1]).toMatchObject({ names: ['b'], trigger: 'flush' });
  });

  test('resolves at once on an empty queue', async () => {
    const { queue } = heldQueue();
    await queue.flush();
  });
});

describe('idle()', () => {
  test('resolves when nothing is buffered and no flush is under way, and hurries nothing', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, flushInterval: 100 });
    await queue.idle();
    queue.push(event('a'));
    const idle = vi.fn();
    void queue.idle().then(idle);
    void queue.idle().then(idle);
    await clock.advance(99);
    expect(flushes).toHaveLength(0);
    await clock.advance(1);
    queue.push(event('b'));
    flushes[0]?.succeed();
    await clock.advance(99);
    expect(idle).not.toHaveBeenCalled();
    await clock.advance(1);
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(idle).toHaveBeenCalledTimes(2);
    expect(flushes).toHaveLength(2);
  });

  test('waits while a batch waits for its next attempt', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, maxBatch: 1, retry: { minDelay: 50 } });
    queue.push(event('a'));
    flushes[0]?.fail();
    const idle = vi.fn();
    void queue.idle().then(idle);
    await clock.advance(49);
    expect(idle).not.toHaveBeenCalled();
    await clock.advance(1);
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(idle).toHaveBeenCalled();
  });
});

test('flush() waits for what stands for its events, however often that is replaced', async () => {
  const { clock, queue, flushes } = heldQueue({
    hold: true,
    capacity: 2,
    collapse: ([first]) => first as never,
  });
  queue.push(event('under way'));
  void queue.flush();
  const flushed: number[] = [];
  for (let i = 0; i < 10; i++) {
    queue.push(event(String(i)));
    void queue.flush().then(() => flushed.push(i));
  }
  await clock.advance(0);
  expect(flushed).toEqual([]);
  flushes[0]?.succeed();
  await clock.advance(0);
  expect(flushed).toEqual([]);
  flushes[1]?.succeed();
  await clock.advance(0);
  expect(flushed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
