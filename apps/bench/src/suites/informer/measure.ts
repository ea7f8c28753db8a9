import type { Measure } from '../../isolate.ts';
import { followers } from './followers.ts';
import { type Item, Items } from './source.ts';

/** Events in one batch: what a busy engine emits within a quiet period. */
const BATCH = 10;
const BATCHES = 400;

/** `<follower>, <items>`. */
export const cases: readonly string[] = Object.keys(followers).flatMap((name) => [
  `${name}, 100`,
  `${name}, 10000`,
]);

/** Microseconds of processor time an event, milliseconds of a sync, and bytes an item over the items themselves. */
export const measure: Measure = async (name, scale) => {
  const [, follower = '', count = ''] = /^(.*), (\d+)$/.exec(name) ?? [];
  const follow = followers[follower];
  if (!follow) throw new Error(`There is no follower "${follower}".`);
  const source = new Items(Number(count));
  let missing = 0;
  let arrived = () => {};
  const began = performance.now();
  const followed = await follow(source, () => {
    if (--missing === 0) arrived();
  });
  const sync = performance.now() - began;
  const round = async (batches: number) => {
    for (let batch = 0; batch < batches; batch++) {
      missing = BATCH;
      const done = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      for (let i = 0; i < BATCH; i++) source.change((batch * BATCH + i * 7) % source.count);
      await done;
    }
  };
  const batches = Math.max(10, Math.round(BATCHES * scale));
  await round(batches); // until it is compiled
  const before = process.cpuUsage();
  await round(batches);
  const { user, system } = process.cpuUsage(before);
  await followed[Symbol.asyncDispose]();
  return {
    event: (user + system) / (batches * BATCH),
    sync,
    bytes: await bytesAnItem(follow, Number(count)),
  };
};

/** Heap that a follower takes for each item, without the item. */
async function bytesAnItem(follow: (typeof followers)[string], count: number): Promise<number> {
  const source = new Items(count);
  const items = await source.list();
  const shared = Object.assign(source, { list: async (): Promise<Item[]> => items });
  const before = heap();
  const followed = await follow(shared, () => {});
  const bytes = (heap() - before) / count;
  await followed[Symbol.asyncDispose]();
  return bytes;
}

function heap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
