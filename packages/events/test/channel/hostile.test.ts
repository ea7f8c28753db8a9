// biome-ignore-all lint/suspicious/noThenProperty: thenables of any kind are what this is about
import type { WatcherEvent, WatchSink } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import { channel, collect, event, nameOf, recorder, settle } from '../support/event.ts';

const refuse = () => {
  throw new Error('no answer');
};

/** An object of which nothing can be asked. */
const mute = () => new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse });

describe('an event that is undefined', () => {
  const pushed = () => {
    const stream = channel();
    for (const it of [event('a'), undefined, event('b')]) stream.push(it as WatcherEvent);
    return stream;
  };

  test('is delivered by iteration, and so is what follows it', async () => {
    const stream = pushed();
    void stream.close({ reason: 'ended' });
    expect((await collect(stream)).map((it) => it?.actorName)).toEqual(['a', undefined, 'b']);
  });

  test('is delivered to a sink, and so is what follows it', () => {
    const seen: unknown[] = [];
    pushed().subscribe({ push: (it) => void seen.push(it?.actorName) });
    expect(seen).toEqual(['a', undefined, 'b']);
  });
});

describe('a coalesce that throws', () => {
  test.each<[string, object]>([
    ['key', { key: refuse, merge: (_: unknown, next: WatcherEvent) => next }],
    ['merge', { key: () => 'k', merge: refuse }],
    ['goesLast', { key: () => 'k', merge: (_: unknown, next: WatcherEvent) => next, goesLast: refuse }],
  ])('in its %s is an error, and every event is kept', async (_, coalesce) => {
    const stream = channel({ coalesce: coalesce as never });
    for (const name of ['a', 'b']) stream.push(event(name));
    expect(stream.stats).toMatchObject({ received: 2, buffered: 2, merged: 0 });
    expect(stream.stats.errors).toBeGreaterThan(0);
    void stream.close({ reason: 'ended' });
    expect(await collect(stream, nameOf)).toEqual(['a', 'b']);
  });
});

test('a reload that throws fails the stream: what it stands for would be lost silently', async () => {
  const stream = channel({ capacity: 1, reload: refuse });
  for (const name of ['a', 'b', 'c']) stream.push(event(name));
  expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'CONSUMER_FAILED' } });
  const { received, delivered, buffered } = stream.stats;
  expect({ received, delivered, buffered }).toEqual({ received: 2, delivered: 0, buffered: 0 });
});

describe('what cannot be asked anything', () => {
  test.each<[string, () => unknown]>([
    ['a proxy that does not answer', mute],
    ['undefined', () => undefined],
    ['an object without a prototype', () => Object.create(null)],
  ])('%s, thrown by a producer, fails the stream', async (_, make) => {
    const stream = channel().run(async () => {
      throw make();
    });
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'UNEXPECTED' } });
  });

  test.each<[string, WatchSink['push']]>([
    [
      'thrown by a sink',
      () => {
        throw mute();
      },
    ],
    ['rejected by a sink', (() => Promise.reject(mute())) as never],
    ['returned by a sink', (() => mute()) as never],
    [
      'a function that is a thenable and rejects',
      (() =>
        Object.assign(() => {}, { then: (_: unknown, no: (e: unknown) => void) => no(mute()) })) as never,
    ],
  ])('%s fails the stream', async (_, push) => {
    const stream = channel();
    stream.subscribe({ push });
    stream.push(event('a'));
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'CONSUMER_FAILED' } });
  });

  test('thrown by an error listener is one error more', async () => {
    const stream = channel({
      onError: () => {
        throw mute();
      },
    });
    const { sink, calls } = recorder();
    stream.subscribe(sink);
    stream.error(mute() as never);
    stream.push(event('a'));
    await settle();
    expect(stream.stats.errors).toBe(3); // the sink asks it, too
    expect(calls).toContain('a');
  });
});

test.each([undefined, null, {}, { push: 7 }])(
  'what is no sink is refused, and the stream stays free: %j',
  (sink) => {
    const stream = channel();
    expect(() => stream.subscribe(sink as never)).toThrow(/"sink": expected an object with push/);
    const { sink: good, calls } = recorder();
    stream.subscribe(good);
    stream.push(event('a'));
    expect(calls).toEqual(['a']);
  },
);
