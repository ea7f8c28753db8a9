import type { WatcherEvent } from '@watcher/core';
import { ManualClock } from '@watcher/testing/clock';
import { expect, test } from 'vitest';
import { heapGrowth } from '../../core/test/support/memory.ts';
import { Informer } from '../src/index.ts';
import { type Item, TestSource } from './support/test-source.ts';

test('the store costs less than 200 bytes an item over the items themselves', async () => {
  const clock = new ManualClock();
  const items: Item[] = Array.from({ length: 10_000 }, (_, i) => ({ name: `container-${i}`, value: i }));
  const source = Object.assign(new TestSource(clock), { list: async () => items });
  let informer: Informer<Item, WatcherEvent> | undefined;
  const growth = await heapGrowth(async () => {
    informer = new Informer<Item>(source, { clock });
    await clock.advance(0);
  });
  expect(informer?.store.size).toBe(10_000);
  expect(growth / 10_000).toBeLessThan(200);
  await informer?.close();
});

test('memory is flat over events that never stop', async () => {
  const clock = new ManualClock();
  const source = new TestSource(clock, { web: 1 });
  const informer = new Informer<Item>(source, { clock, resyncInterval: 0 });
  await clock.advance(0);
  const round = async (rounds: number) => {
    for (let i = 0; i < rounds; i++) {
      source.change(`c${i}`, i);
      source.change(`c${i}`, undefined);
      source.change('web', i);
      await clock.advance(60);
      source.gets.length = 0;
      source.changedAt.clear();
    }
  };
  await round(500);
  const growth = await heapGrowth(() => round(3000));
  expect(informer.stats.events).toBeGreaterThan(10_000);
  expect(growth).toBeLessThan(1_000_000);
  await informer.close();
});
