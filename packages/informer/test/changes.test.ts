import { WatcherError } from '@watcher/core';
import { expect, test } from 'vitest';
import { heapGrowth } from '../../core/test/support/memory.ts';
import type { Change } from '../src/index.ts';
import { follow } from './support/followed.ts';
import type { Item } from './support/test-source.ts';

const show = ({ kind, key, before, after }: Change<Item>) =>
  `${kind} ${key} ${before?.value ?? '-'} ${after?.value ?? '-'}`;

/** Reads so many changes, which have to be there already. */
async function take(changes: AsyncIterator<Change<Item>>, count: number): Promise<string[]> {
  const taken: string[] = [];
  for (let i = 0; i < count; i++) taken.push(show((await changes.next()).value));
  return taken;
}

test('iterates over every item as added, and then over the changes', async () => {
  const { clock, source, informer } = follow({ web: 1 });
  await clock.advance(0);
  const changes = informer.changes();
  source.change('web', 2);
  await clock.advance(50);
  source.change('web', undefined);
  expect(await take(changes, 1)).toEqual(['added web - 2']); // merged, nobody had read the first
  await clock.advance(50);
  expect(await take(changes, 1)).toEqual(['removed web 2 -']);
});

test('delivers to a reader that waits', async () => {
  const { clock, informer } = follow({ web: 1 });
  const next = informer.changes().next();
  await clock.advance(0);
  expect(show((await next).value)).toBe('added web - 1');
});

test('gives a slow reader one change a key, from the state it knows to the latest', async () => {
  const { clock, source, informer } = follow({ a: 1, b: 1, c: 1 });
  await clock.advance(0);
  const changes = informer.changes();
  await take(changes, 3);
  for (const value of [2, 3, 4]) {
    source.change('a', value);
    source.change('b', value === 4 ? undefined : value);
    source.change('c', value === 4 ? 1 : value); // back where it was
    source.change('d', value === 4 ? undefined : value); // came and went
    source.change('e', value);
    await clock.advance(50);
  }
  expect(await take(changes, 3)).toEqual(['updated a 1 4', 'removed b 1 -', 'added e - 4']);
  const idle = changes.next();
  source.change('f', 1);
  await clock.advance(50);
  expect(show((await idle).value)).toBe('added f - 1');
});

test('a removal and an addition become an update', async () => {
  const { clock, source, informer } = follow({ a: 1 });
  await clock.advance(0);
  const changes = informer.changes();
  await take(changes, 1);
  source.change('a', undefined);
  await clock.advance(50);
  source.change('a', 2);
  await clock.advance(50);
  expect(await take(changes, 1)).toEqual(['updated a 1 2']);
});

test('each iteration is its own, and leaving one ends it alone', async () => {
  const { clock, source, informer } = follow({ a: 1 });
  await clock.advance(0);
  const [one, two] = [informer.changes(), informer.changes()];
  for await (const change of one) {
    expect(show(change)).toBe('added a - 1');
    break;
  }
  source.change('a', 2);
  await clock.advance(50);
  expect(await one.next()).toEqual({ value: undefined, done: true });
  expect(await take(two, 1)).toEqual(['added a - 2']);
});

test('ends when the informer is closed, and throws once when it failed', async () => {
  const closed = follow({ a: 1 });
  const waiting = closed.informer.changes().next();
  void closed.informer.close();
  expect(await waiting).toEqual({ value: undefined, done: true });

  const { clock, source, informer } = follow({ a: 1 });
  await clock.advance(0);
  const changes = informer.changes();
  const error = new WatcherError('no such host', { code: 'INVALID_SETTING' });
  void source.stream.close({ reason: 'failed', error });
  await informer.closed;
  expect(await take(changes, 1)).toEqual(['added a - 1']);
  await expect(changes.next()).rejects.toBe(error);
  expect(await changes.next()).toEqual({ value: undefined, done: true });
  await expect(informer.changes()[Symbol.asyncIterator]().next()).resolves.toMatchObject({ done: false });
});

test('memory is flat for a reader that never reads, however many keys come and go', async () => {
  const { clock, source, informer, calls } = follow();
  await clock.advance(0);
  informer.changes();
  const growth = await heapGrowth(async () => {
    for (let i = 0; i < 2000; i++) {
      source.change(`${i}`.padEnd(1000), 1);
      await clock.advance(50);
      source.change(`${i}`.padEnd(1000), undefined);
      await clock.advance(50);
      source.gets.length = 0;
      calls.length = 0;
      source.changedAt.clear();
    }
  });
  expect(informer.stats.changes).toBe(4000);
  expect(growth).toBeLessThan(1_000_000);
});
