import { Action, forceReload } from '@watcher/events';
import { describe, expect, test } from 'vitest';
import { channel, event } from './support/event.ts';
import { heldQueue } from './support/held-queue.ts';

describe('past capacity', () => {
  test('what is buffered becomes one reload for each source in it, and the next flush contains them', async () => {
    const { clock, queue, batches, errors } = heldQueue({ capacity: 3, flushInterval: 100 });
    const [one, two, three] = [channel('one'), channel('two'), channel('three')];
    for (const stream of [one, two, three]) queue.start(stream);
    two.push(event('a', 'two'));
    one.push(event('b', 'one'));
    two.push(event('c', 'two'));
    two.push(event('d', 'two'));
    await clock.advance(100);
    expect(batches()).toEqual([['reload(two)', 'reload(one)']]);
    expect(errors).toEqual([]);
    expect(queue.stats).toMatchObject({ received: 4, dropped: 4, overflows: 1, reloads: 2, flushed: 2 });
  });

  test('capacity events are kept as they are', async () => {
    const { clock, queue, batches } = heldQueue({ capacity: 3, flushInterval: 100 });
    const one = channel('one');
    queue.start(one);
    for (const name of ['a', 'b', 'c']) one.push(event(name, 'one'));
    await clock.advance(100);
    expect(batches()).toEqual([['a', 'b', 'c']]);
  });

  test('capacity is ten thousand when it is not given', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ flushInterval: 100 });
    const one = channel('one');
    queue.start(one);
    for (let i = 0; i < 10_000; i++) one.push(event(String(i), 'one'));
    await clock.advance(100);
    expect(flushes[0]?.batch).toHaveLength(10_000);
    for (let i = 0; i < 10_001; i++) one.push(event(String(i), 'one'));
    await clock.advance(100);
    expect(batches()[1]).toEqual(['reload(one)']);
  });

  test('what comes later is kept behind the reload, and a second overflow takes the first one in', async () => {
    const { clock, queue, batches } = heldQueue({ capacity: 3, flushInterval: 100 });
    const one = channel('one');
    queue.start(one);
    for (let i = 0; i < 6; i++) one.push(event(String(i), 'one'));
    await clock.advance(100);
    for (let i = 0; i < 8; i++) one.push(event(String(i), 'one'));
    await clock.advance(100);
    expect(batches()).toEqual([
      ['reload(one)', '4', '5'],
      ['reload(one)', '7'],
    ]);
  });

  test('a batch under way is neither counted nor touched, and the flush that fell behind is told', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, capacity: 2, flushInterval: 100 });
    const one = channel('one');
    queue.start(one);
    for (const name of ['a', 'b']) one.push(event(name, 'one'));
    await clock.advance(100);
    for (let i = 0; i < 1000; i++) one.push(event(String(i), 'one'));
    expect(queue.stats.buffered).toBeLessThanOrEqual(2);
    flushes[0]?.succeed();
    await clock.advance(100);
    expect(batches()[0]).toEqual(['a', 'b']);
    expect(batches()[1]?.[0]).toBe('reload(one)');
  });

  test('of what maxBatch has left over, only the sources that are still in it are reloaded', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, capacity: 4, maxBatch: 2 });
    const [one, two] = [channel('one'), channel('two')];
    queue.start(one);
    queue.start(two);
    two.push(event('x', 'two'));
    two.push(event('x', 'two'));
    for (const stream of [one, one, two, one]) stream.push(event('a', stream.source));
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(batches()[1]).toEqual(['a', 'a']);
    one.push(event('b', 'one'));
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(batches()[2]).toEqual(['a', 'a']);
    for (let i = 0; i < 4; i++) one.push(event(String(i), 'one'));
    flushes[2]?.succeed();
    await clock.advance(1000);
    expect(batches()[3]).toEqual(['reload(one)']);
  });

  test('a reload goes out when what it stands for was to go: flush() waits for it', async () => {
    const { clock, queue, flushes, batches } = heldQueue({ hold: true, capacity: 3 });
    const one = channel('one');
    queue.start(one);
    one.push(event('a', 'one'));
    void queue.flush();
    one.push(event('b', 'one'));
    let flushed = false;
    void queue.flush().then(() => {
      flushed = true;
    });
    for (let i = 0; i < 4; i++) one.push(event(String(i), 'one'));
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(batches()[1]?.[0]).toBe('reload(one)');
    expect(flushed).toBe(false);
    flushes[1]?.succeed();
    await clock.advance(0);
    expect(flushed).toBe(true);
  });
});

describe('pushed events past capacity', () => {
  test('collapse stands in for those of each source, and sees them', async () => {
    const dropped: string[][] = [];
    const { clock, queue, batches, errors } = heldQueue({
      capacity: 3,
      flushInterval: 100,
      collapse: (events) => {
        dropped.push(events.map(({ actorName }) => actorName));
        return forceReload('docker', events[0]?.source ?? '', 'overflow', 0);
      },
    });
    for (const [name, source] of ['a1', 'b2', 'a3', 'b4'].map((name) => [name, name.charAt(0)] as const))
      queue.push(event(name, source));
    await clock.advance(100);
    expect(dropped).toEqual([
      ['a1', 'a3'],
      ['b2', 'b4'],
    ]);
    expect(batches()).toEqual([['reload(a)', 'reload(b)']]);
    expect(errors).toEqual([]);
  });

  test('without collapse the overflow is an error, which has the events', async () => {
    const { clock, queue, batches, errors } = heldQueue({ capacity: 2, flushInterval: 100, name: 'routes' });
    for (const name of ['a', 'b', 'c']) queue.push(event(name));
    expect(errors).toMatchObject([{ error: { code: 'OVERFLOW', source: 'routes' }, batch: ['a', 'b', 'c'] }]);
    expect(clock.pending).toBe(0);
    queue.push(event('d'));
    await clock.advance(100);
    expect(batches()).toEqual([['d']]);
    expect(queue.stats).toMatchObject({ received: 4, dropped: 3, overflows: 1, reloads: 0, flushed: 1 });
  });

  test('a collapse that throws is the cause of that error', async () => {
    const cause = new Error('no reload for you');
    const { queue, errors } = heldQueue({
      capacity: 1,
      collapse: () => {
        throw cause;
      },
    });
    queue.push(event('a'));
    queue.push(event('b'));
    expect(errors).toMatchObject([{ error: { code: 'OVERFLOW' }, batch: ['a', 'b'] }]);
    expect(errors[0]?.error.cause).toBe(cause);
  });

  test('beside a stream, each is treated in its own way', async () => {
    const { clock, queue, batches, errors } = heldQueue({ capacity: 2, flushInterval: 100 });
    const one = channel('one');
    queue.start(one);
    queue.push(event('pushed'));
    one.push(event('a', 'one'));
    one.push(event('b', 'one'));
    await clock.advance(100);
    expect(batches()).toEqual([['reload(one)']]);
    expect(errors).toMatchObject([{ error: { code: 'OVERFLOW' }, batch: ['pushed'] }]);
  });

  test('a queue that is emptied by it is idle', async () => {
    const { queue } = heldQueue({ capacity: 1 });
    queue.push(event('a'));
    const idle = queue.idle();
    queue.push(event('b'));
    await idle;
  });

  test('flush() and idle() do not wait for what is gone', async () => {
    const { clock, queue, flushes } = heldQueue({ hold: true, capacity: 2 });
    queue.push(event('a'));
    void queue.flush();
    queue.push(event('b'));
    queue.push(event('c'));
    const flushed = queue.flush();
    queue.push(event('d'));
    const idle = queue.idle();
    flushes[0]?.succeed();
    await clock.advance(0);
    expect(flushes).toHaveLength(1);
    await Promise.all([flushed, idle]);
  });
});

test('memory is flat: never more than capacity events wait, whatever comes', () => {
  const { queue } = heldQueue({ hold: true, capacity: 50 });
  const streams = ['one', 'two', 'three'].map((source) => channel(source));
  for (const stream of streams) queue.start(stream);
  for (let i = 0; i < 5000; i++) {
    const stream = streams[i % 3];
    stream?.push(event(String(i), stream.source, Action.ContainerDie));
    expect(queue.stats.buffered).toBeLessThanOrEqual(50);
  }
});

describe('a reload that cannot be built, whatever is thrown,', () => {
  test.each([[Object.create(null)], [Symbol('no')]])('leaves the events to onError (%#)', (thrown) => {
    const { queue, errors } = heldQueue({
      capacity: 1,
      collapse: () => {
        throw thrown;
      },
    });
    for (const name of ['a', 'b']) queue.push(event(name));
    expect(errors).toMatchObject([{ error: { code: 'OVERFLOW', cause: thrown }, batch: ['a', 'b'] }]);
    expect(queue.stats).toMatchObject({ received: 2, dropped: 2, buffered: 0 });
  });

  test('and the stream that it was to be built by goes on', () => {
    const { queue, errors } = heldQueue({ capacity: 1 });
    const stream = channel('one');
    stream.reload = () => {
      throw Symbol('no');
    };
    queue.start(stream);
    for (const name of ['a', 'b', 'c']) stream.push(event(name, 'one'));
    expect(errors).toMatchObject([{ error: { code: 'OVERFLOW' }, batch: ['a', 'b'] }]);
    expect(queue.stats).toMatchObject({ received: 3, dropped: 2, buffered: 1 });
  });
});
