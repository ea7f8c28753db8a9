import { writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { osWatches } from '../support/os-watches.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';

vi.mock('chokidar', () => {
  throw Object.assign(new Error("Cannot find package 'chokidar'"), { code: 'ERR_MODULE_NOT_FOUND' });
});

test('where chokidar cannot be loaded, an error says what to do, and fs.watch takes its place', async () => {
  await using place = await playground();
  const before = osWatches();
  await using seen = await record(new DirectoryWatcher(place.path, { pollInterval: false }));
  expect(seen.errorCodes).toEqual(['NOTIFIER_UNAVAILABLE']);
  expect(seen.errors[0]?.message).toMatch(/chokidar.*fs\.watch.*Install/s);
  expect(osWatches()).toBe(before + 1);
  await writeFile(place.at('a.yml'), 'x');
  expect(await seen.lineCount(1)).toEqual(['created a.yml']);
  await writeFile(place.at('a.yml'), 'y');
  expect(await seen.lineCount(2)).toEqual(['created a.yml', 'written a.yml']);
  expect(seen.errorCodes, 'it is reported once').toEqual(['NOTIFIER_UNAVAILABLE']);
});
