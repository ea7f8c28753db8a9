import { truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FileSystem } from '../../src/fs/file-system.ts';
import { DirectoryWatcher } from '../../src/index.ts';
import { look } from '../../src/system/snapshot.ts';
import { osDescriptors } from '../support/os-descriptors.ts';
import { playground } from '../support/playground.ts';
import { until } from '../support/wait.ts';

const SIZE = 8 * 1024 ** 3;

test('closing abandons the reading of a large file, and leaves no descriptor open', async () => {
  await using place = await playground();
  writeFileSync(place.at('large'), '');
  truncateSync(place.at('large'), SIZE);
  const isOpen = () => osDescriptors().some((path) => path === place.at('large'));
  const stream = new DirectoryWatcher(place.path, { contentLimit: SIZE, polling: true }).events();
  await until(isOpen, 'the file to be read');
  await stream.close();
  expect(isOpen()).toBe(false);
  await expect(stream.ready).rejects.toThrow();
});

test('a look that is aborted rejects with the reason of the abort', async () => {
  await using place = await playground();
  writeFileSync(place.at('large'), '');
  truncateSync(place.at('large'), SIZE);
  const stop = new AbortController();
  const looking = look(place.path, 'large', SIZE, new FileSystem({ signal: stop.signal }));
  stop.abort(new Error('over'));
  await expect(looking).rejects.toThrow('over');
});
