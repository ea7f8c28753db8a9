// biome-ignore-all lint/suspicious/noThenProperty: thenables of any kind are what this is about
import type { WatcherEvent, WatchStream } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import { EventQueue, type EventQueueOptions } from '../src/index.ts';
import { channel, event } from './support/event.ts';

const refuse = () => {
  throw new Error('no answer');
};

/** An object of which nothing can be asked. */
const mute = () =>
  new Proxy(
    {},
    { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse },
  );

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const values: [name: string, make: () => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a number', () => 7],
  ['a symbol', () => Symbol('event')],
  ['an object without a prototype', () => Object.create(null)],
  ['a proxy that does not answer', mute],
  ['a revoked proxy', revoked],
  [
    'an event whose source throws',
    () => ({
      ...event('a'),
      get source() {
        return refuse();
      },
    }),
  ],
  ['an event whose source is a symbol', () => ({ ...event('a'), source: Symbol('source') })],
  ['an error without a stack', () => Object.assign(new Error('down'), { stack: undefined })],
  ['an error whose name throws', () => Object.defineProperty(new Error('down'), 'name', { get: refuse })],
];

/** A queue that records what becomes of each event, without asking anything of it. */
function recording(options: Partial<EventQueueOptions> = {}) {
  const flushed: unknown[] = [];
  const errors: { error: Error; batch: readonly unknown[] | undefined }[] = [];
  const queue = new EventQueue({
    flushInterval: 1,
    onFlush: (batch) => void flushed.push(...batch),
    onError: (error, batch) => void errors.push({ error, batch }),
    ...options,
  });
  return { queue, flushed, errors };
}

describe.each(values)('%s', (_, make) => {
  test.each<[string, Partial<EventQueueOptions>]>([
    ['a plain queue', {}],
    ['coalescing', { coalesce: { key: ({ actorName }) => actorName, merge: (_, next) => next } }],
    ['a quiet period by event', { quietPeriod: ({ time }) => time }],
    ['maxBatch', { maxBatch: 1 }],
  ])('as an event is flushed by %s', async (_, options) => {
    const { queue, flushed } = recording(options);
    const value = make();
    queue.push(event('before'));
    queue.push(value as WatcherEvent);
    queue.push(event('after'));
    await queue.flush();
    expect(flushed).toHaveLength(3);
    expect(flushed[1]).toBe(value);
  });

  test.each<[string, Partial<EventQueueOptions>]>([
    ['without collapse', {}],
    ['with a collapse that gives it back', { collapse: ([first]) => first as WatcherEvent }],
    ['with a collapse that asks it', { collapse: ([first]) => event((first as WatcherEvent).actorName) }],
    [
      'with a collapse that throws it',
      {
        collapse: ([first]) => {
          throw first;
        },
      },
    ],
  ])('as an event past capacity is not lost silently, %s', async (_, options) => {
    const { queue, flushed, errors } = recording({ capacity: 1, ...options });
    for (let n = 0; n < 2; n++) queue.push(make() as WatcherEvent);
    queue.push(event('after'));
    await queue.idle();
    const { received, dropped, reloads } = queue.stats;
    expect(received).toBe(3);
    expect(flushed.length).toBe(received + reloads - dropped);
    expect(errors.flatMap(({ batch }) => batch ?? []).length + reloads).toBeGreaterThan(0);
  });

  test.each<[string, (value: unknown) => EventQueueOptions['onFlush']]>([
    [
      'thrown by onFlush',
      (value) => () => {
        throw value;
      },
    ],
    ['rejected by onFlush', (value) => () => Promise.reject(value)],
    [
      'rejected by a thenable',
      (value) => () => ({ then: (_: unknown, no: (v: unknown) => void) => no(value) }) as never,
    ],
    [
      'thrown by a thenable',
      (value) => () =>
        ({
          then() {
            throw value;
          },
        }) as never,
    ],
    [
      'thrown by the `then` of a result',
      (value) => () =>
        ({
          get then() {
            throw value;
          },
        }) as never,
    ],
  ])('%s gives the batch to onError, and the next flush goes on', async (_, fail) => {
    let calls = 0;
    const value = make();
    const failing = fail(value);
    const { queue, errors } = recording({
      onFlush: (batch, context) => (calls++ === 0 ? failing(batch, context) : undefined),
    });
    queue.push(event('a'));
    await queue.flush();
    queue.push(event('b'));
    await queue.flush();
    expect(queue.stats).toMatchObject({ failed: 1, flushed: 1, errors: 1 });
    expect(errors[0]?.batch).toHaveLength(1);
    expect(() => errors[0]?.error).not.toThrow();
  });

  test('thrown by onFlush while the queue is aborted ends it', async () => {
    const { queue } = recording({
      onFlush: async (_, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw make();
      },
    });
    queue.push(event('a'));
    void queue.flush();
    await queue.close({ drain: false });
    expect(queue.stats).toMatchObject({ failed: 1, flushing: 0 });
  });

  test('thrown by the other callbacks keeps the event', async () => {
    const fail = () => {
      throw make();
    };
    const { queue, flushed } = recording({
      coalesce: { key: fail, merge: fail },
      quietPeriod: fail,
      onError: fail,
    });
    queue.push(event('a'));
    await queue.flush();
    expect(flushed).toHaveLength(1);
  });
});

describe('a thenable', () => {
  test.each<[string, () => unknown]>([
    ['that is a function', () => Object.assign(() => {}, { then: (yes: () => void) => yes() })],
    [
      'that settles twice',
      () => ({
        then(yes: () => void, no: (e: Error) => void) {
          yes();
          yes();
          no(new Error('late'));
          throw new Error('later');
        },
      }),
    ],
    [
      'that is a promise whose `then` settles twice',
      () =>
        Object.assign(Promise.resolve(), {
          then(yes: () => void) {
            yes();
            yes();
          },
        }),
    ],
    [
      'that gives another',
      () => ({
        then(yes: (v: unknown) => void) {
          yes({ then: (again: () => void) => again() });
        },
      }),
    ],
  ])('%s is one flush', async (_, make) => {
    const { queue } = recording({ onFlush: () => make() as Promise<void> });
    for (const name of ['a', 'b']) {
      queue.push(event(name));
      await queue.flush();
    }
    expect(queue.stats).toMatchObject({ flushed: 2, batches: 2, failed: 0, flushing: 0 });
  });

  test('that is a function and rejects is a failure', async () => {
    const down = Object.assign(() => {}, {
      then: (_: unknown, no: (e: Error) => void) => no(new Error('down')),
    });
    const { queue, errors } = recording({ onFlush: () => down as unknown as Promise<void> });
    queue.push(event('a'));
    await queue.flush();
    expect(errors).toMatchObject([{ error: { message: 'down' } }]);
  });
});

describe('a stream of another maker', () => {
  const stream = (over: object): WatchStream => Object.assign(channel('one'), over);

  test.each<[string, () => unknown]>([
    ['throws', refuse],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['gives nothing', () => undefined],
  ])('whose close %s does not keep the queue open, nor other streams', async (_, close) => {
    const { queue } = recording();
    const other = channel('two');
    queue.start(stream({ close, closed: Promise.resolve({ reason: 'aborted' }) }));
    queue.start(other);
    await queue.close();
    await other.closed;
  });

  test('whose reload throws is told of, with its events', async () => {
    const { queue, errors } = recording({ capacity: 1 });
    const one = channel('one');
    queue.start(Object.assign(one, { reload: refuse }));
    for (const name of ['a', 'b']) one.push(event(name));
    await queue.idle();
    expect(errors).toMatchObject([{ error: { code: 'OVERFLOW' }, batch: [{}, {}] }]);
  });
});

describe('more streams than capacity', () => {
  test('cost linear time, and hold at most two events each', async () => {
    const count = 3000;
    const { queue } = recording({ capacity: 10, flushInterval: 60_000 });
    const streams = Array.from({ length: count }, (_, n) => channel(`stream-${n}`));
    for (const stream of streams) queue.start(stream);
    let most = 0;
    for (let round = 0; round < 20; round++)
      for (const stream of streams) {
        stream.push(event('a'));
        most = Math.max(most, queue.stats.buffered);
      }
    expect(most).toBeLessThanOrEqual(2 * count);
    // Each overflow costs as much as there are events in it, so that these are what it cost.
    expect(queue.stats.dropped).toBeLessThan(5 * 20 * count);
    await queue.close();
  });

  test('and pushed events of ever new sources are bounded, and given to onError', async () => {
    const { queue, errors } = recording({
      capacity: 10,
      flushInterval: 60_000,
      collapse: ([first]) => first as WatcherEvent,
    });
    let most = 0;
    for (let n = 0; n < 20_000; n++) {
      queue.push(event('a', `source-${n}`));
      most = Math.max(most, queue.stats.buffered);
    }
    expect(most).toBeLessThanOrEqual(2 * 1024);
    expect(errors[0]).toMatchObject({ error: { code: 'OVERFLOW' } });
    const { received, reloads, dropped, buffered } = queue.stats;
    expect(received + reloads).toBe(dropped + buffered);
    await queue.close({ drain: false });
  });
});

describe('an onFlush that pushes without end', () => {
  test.each<[string, (push: () => void) => EventQueueOptions['onFlush']]>([
    ['synchronously', (push) => () => push()],
    [
      'and throws',
      (push) => () => {
        push();
        throw new Error('down');
      },
    ],
    ['in a promise that is resolved already', (push) => async () => push()],
  ])('%s lets timers run and the queue be aborted', async (_, onFlush) => {
    const abort = new AbortController();
    const { queue } = recording({
      flushInterval: 0,
      maxBatch: 1,
      signal: abort.signal,
      onFlush: onFlush(() => queue.push(event('again'))),
    });
    setTimeout(() => abort.abort(), 1);
    queue.push(event('a'));
    await queue.closed;
    const { received, buffered } = queue.stats;
    expect(received).toBeGreaterThan(1);
    expect(buffered).toBe(0);
  });
});
