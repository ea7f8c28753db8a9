import { expect, test, vi } from 'vitest';
import { chokidarNotifier } from '../../src/notify/chokidar-notifier.ts';
import { directoryIdentity } from '../../src/system/snapshot.ts';
import { playground } from '../support/playground.ts';

vi.mock('chokidar', async (original) => {
  const real = await original<typeof import('chokidar')>();
  const watch: typeof real.watch = (...args) => {
    const watcher = real.watch(...args);
    const close = watcher.close.bind(watcher);
    watcher.close = () => close().then(() => new Promise<never>(() => {}));
    return watcher;
  };
  return { ...real, watch };
});

test('a chokidar that waits for a file system without an answer does not hold up its closing', async () => {
  await using place = await playground();
  const identity = (await directoryIdentity(place.path)) ?? '';
  const sink = { changed() {}, changedAny() {}, ended() {} };
  const subscription = await chokidarNotifier.watch({ path: place.path, identity }, sink);
  const start = performance.now();
  await subscription.close();
  expect(performance.now() - start).toBeLessThan(5000);
});
