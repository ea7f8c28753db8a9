import { isWatcherError } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import { channel, event, nameOf, recorder } from '../support/event.ts';

const fill = (stream: ReturnType<typeof channel>, from: number, to: number) => {
  for (let i = from; i < to; i++) stream.push(event(String(i)));
};
const drained = (stream: ReturnType<typeof channel>) => {
  const { calls, sink } = recorder();
  stream.subscribe(sink);
  return calls;
};

describe('a consumer that falls behind', () => {
  test('by no more than capacity gets every event', () => {
    const stream = channel({ capacity: 4 });
    fill(stream, 0, 4);
    expect(drained(stream)).toEqual(['0', '1', '2', '3']);
  });

  test("by more gets one ForceReload 'overflow' in place of what it missed, then what came later", () => {
    const stream = channel({ capacity: 4 });
    fill(stream, 0, 7);
    expect(drained(stream)).toEqual(['reload:overflow', '5', '6']);
    expect(stream.stats).toMatchObject({ received: 7, delivered: 3, dropped: 5, overflows: 1, buffered: 0 });
  });

  test('again and again still gets one, and memory is flat', () => {
    const stream = channel({ capacity: 4 });
    for (let i = 0; i < 1000; i++) {
      fill(stream, i, i + 1);
      expect(stream.stats.buffered).toBeLessThanOrEqual(4);
    }
    const calls = drained(stream);
    expect(calls.filter((name) => name === 'reload:overflow')).toHaveLength(1);
    expect(calls[0]).toBe('reload:overflow');
    expect(calls.at(-1)).toBe('999');
  });
});

describe('the bound', () => {
  test('is 1024 when it is not given', () => {
    const stream = channel();
    fill(stream, 0, 1024);
    expect(stream.stats).toMatchObject({ buffered: 1024, overflows: 0 });
    fill(stream, 1024, 1025);
    expect(stream.stats).toMatchObject({ buffered: 1, overflows: 1 });
  });

  test.each([0, -1, 1.5, Number.NaN, '7'])('may not be %o', (capacity) => {
    let error: unknown;
    try {
      channel({ capacity: capacity as number });
    } catch (thrown) {
      error = thrown;
    }
    expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
    expect((error as Error).message).toContain('"capacity"');
  });

  test('of one makes every event beyond the first an overflow', () => {
    const stream = channel({ capacity: 1 });
    fill(stream, 0, 3);
    expect(drained(stream)).toEqual(['reload:overflow']);
  });

  test('holds while a consumer iterates, too slowly', async () => {
    const stream = channel({ capacity: 2 });
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    fill(stream, 0, 4);
    expect((await first).value).toMatchObject({ actorName: '0' });
    const next = await iterator.next();
    expect(next.done ? 'end' : nameOf(next.value)).toBe('reload:overflow');
  });
});

test('a long queue that is read as it is written loses and moves nothing', async () => {
  const stream = channel({ capacity: 10_000 });
  const iterator = stream[Symbol.asyncIterator]();
  fill(stream, 0, 5000);
  let read = 0;
  for (let i = 5000; i < 20_000; i++) {
    expect((await iterator.next()).value?.actorName).toBe(String(read++));
    fill(stream, i, i + 1);
  }
  while (stream.stats.buffered > 0) expect((await iterator.next()).value?.actorName).toBe(String(read++));
  expect(read).toBe(20_000);
});

test('a queue that grows while it is read keeps its order', async () => {
  const stream = channel();
  const iterator = stream[Symbol.asyncIterator]();
  let written = 0;
  let read = 0;
  for (const [writes, reads] of [
    [10, 5],
    [20, 3],
    [100, 90],
    [500, 532],
  ] as const) {
    fill(stream, written, written + writes);
    written += writes;
    for (let i = 0; i < reads; i++) expect((await iterator.next()).value?.actorName).toBe(String(read++));
  }
  expect(stream.stats.buffered).toBe(0);
});

describe('coalesce', () => {
  const coalesce = {
    key: ({ actorName }: { actorName: string }) =>
      actorName.startsWith('-') ? undefined : actorName.charAt(0),
    merge: <E extends { actorName: string }>(previous: E, next: E): E => ({
      ...next,
      actorName: `${previous.actorName}+${next.actorName}`,
    }),
  };
  const push = (stream: ReturnType<typeof channel>, names: string) => {
    for (const name of names.split(' ')) stream.push(event(name));
  };

  test('held events of one key become one, in the place of the first', () => {
    const stream = channel({ coalesce });
    push(stream, 'a1 b1 a2 - a3 - b2');
    expect(stream.stats).toMatchObject({ received: 7, buffered: 4, merged: 3 });
    expect(drained(stream)).toEqual(['a1+a2+a3', 'b1+b2', '-', '-']);
  });

  test('or behind all others, where it has to come last', async () => {
    const last = { ...coalesce, goesLast: ({ actorName }: { actorName: string }) => actorName.endsWith('!') };
    const stream = channel({ coalesce: last, capacity: 4 });
    const iterator = stream[Symbol.asyncIterator]();
    // Around the end of what holds them.
    for (let i = 0; i < 13; i++) {
      push(stream, 'x');
      await iterator.next();
    }
    push(stream, 'a1 b1 - c1 b2! a2 c2! b3');
    expect(stream.stats).toMatchObject({ buffered: 4, overflows: 0 });
    const names: string[] = [];
    while (stream.stats.buffered > 0) names.push((await iterator.next()).value?.actorName ?? '');
    expect(names).toEqual(['a1+a2', '-', 'b1+b2!+b3', 'c1+c2!']);
  });

  test('pushIfHeld merges an event into a held one of its key, and drops it if none is held', () => {
    const stream = channel({ coalesce, capacity: 2 });
    push(stream, 'a1 -');
    expect(['a2', 'b1', '-'].map((name) => stream.pushIfHeld(event(name)))).toEqual([true, false, false]);
    expect(stream.stats).toMatchObject({ received: 3, buffered: 2, merged: 1, overflows: 0 });
    expect(drained(stream)).toEqual(['a1+a2', '-']);
    expect(stream.pushIfHeld(event('a3'))).toBe(false);
  });

  test('an event that was handed out is not merged with', async () => {
    const stream = channel({ coalesce });
    const iterator = stream[Symbol.asyncIterator]();
    push(stream, 'a1 b1');
    expect((await iterator.next()).value?.actorName).toBe('a1');
    push(stream, 'a2 b2');
    expect((await iterator.next()).value?.actorName).toBe('b1+b2');
    expect((await iterator.next()).value?.actorName).toBe('a2');
  });

  test('nor is anything merged for a sink, which keeps up by definition', () => {
    const stream = channel({ coalesce });
    const { calls, sink } = recorder();
    stream.subscribe(sink);
    push(stream, 'a1 a2');
    expect(calls).toEqual(['a1', 'a2']);
  });

  test('a full stream still merges, and does not overflow by it', () => {
    const stream = channel({ coalesce, capacity: 2 });
    push(stream, 'a1 b1 a2 b2 a3');
    expect(drained(stream)).toEqual(['a1+a2+a3', 'b1+b2']);
  });

  test('keys are forgotten with an overflow, and the ForceReload is merged with nothing', () => {
    const stream = channel({ coalesce: { ...coalesce, key: () => 'one for all' }, capacity: 1 });
    push(stream, 'a');
    expect(stream.stats.overflows).toBe(0);
    const full = channel({ coalesce: { ...coalesce, key: (it) => it.actorName }, capacity: 2 });
    push(full, 'a b c');
    push(full, 'a');
    expect(drained(full)).toEqual(['reload:overflow', 'a']);
    const empty = channel({
      coalesce: { ...coalesce, key: (it) => (it.actorName ? undefined : '') },
      capacity: 1,
    });
    push(empty, 'a b');
    empty.push(event(''));
    expect(drained(empty)).toEqual(['reload:overflow']);
    expect(empty.stats).toMatchObject({ merged: 0, overflows: 2 });
  });

  test('places stay right when many have been taken', async () => {
    const stream = channel({
      coalesce: { ...coalesce, key: (it) => it.actorName.split('.')[0] },
      capacity: 10_000,
    });
    const iterator = stream[Symbol.asyncIterator]();
    for (let i = 0; i < 4000; i++) stream.push(event(`${i}.1`));
    for (let i = 0; i < 3000; i++) await iterator.next();
    for (let i = 0; i < 4000; i++) stream.push(event(`${i}.2`));
    for (let i = 3000; i < 4000; i++) expect((await iterator.next()).value?.actorName).toBe(`${i}.1+${i}.2`);
    expect((await iterator.next()).value?.actorName).toBe('0.2');
  });
});
