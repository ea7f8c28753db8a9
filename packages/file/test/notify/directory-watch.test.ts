import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import { FileSystem } from '../../src/fs/file-system.ts';
import { DirectoryWatcher } from '../../src/index.ts';
import { defaultNotifier } from '../../src/notify/default-notifier.ts';
import { DirectoryWatch } from '../../src/notify/directory-watch.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';

/** Called before each look at which directory a path leads to, so that something can happen between two of them. */
let beforeLook: (path: string) => void;

vi.mock('../../src/system/snapshot.ts', async (original) => {
  const real = await original<typeof import('../../src/system/snapshot.ts')>();
  const directoryIdentity = (path: string) => {
    beforeLook(path);
    return real.directoryIdentity(path);
  };
  return { ...real, directoryIdentity };
});

beforeEach(() => {
  beforeLook = () => {};
});

/** Makes each act happen right before one more look at `path`. */
function between(path: string, ...acts: (() => void)[]): void {
  beforeLook = (looked) => {
    if (looked === path) acts.shift()?.();
  };
}

function quietWatch(path: string): DirectoryWatch {
  return new DirectoryWatch(path, defaultNotifier, new FileSystem(), {
    changed() {},
    changedAny() {},
    suspect() {},
  });
}

test('a directory that is moved away and back within one check counts as moved: nothing was noticed meanwhile', async () => {
  await using place = await playground();
  const path = place.at('config');
  await mkdir(path);
  const watch = quietWatch(path);
  expect(await watch.check()).toEqual({ moved: true, fault: undefined });
  expect(await watch.check()).toEqual({ moved: false, fault: undefined });
  between(
    path,
    () => renameSync(path, place.at('away')),
    () => renameSync(place.at('away'), path),
  );
  expect(await watch.check()).toEqual({ moved: true, fault: undefined });
  expect(watch.watching).toBe(true);
  expect(await watch.check()).toEqual({ moved: false, fault: undefined });
  await watch.close();
});

test('what is written to it while it is away, in the middle of a check, is told without the poll', async () => {
  await using place = await playground();
  const path = place.at('config');
  await mkdir(path);
  await writeFile(place.at('config', 'a.yml'), 'one');
  await using seen = await record(new DirectoryWatcher(path, { pollInterval: false }));
  between(
    path,
    () => renameSync(path, place.at('away')),
    () => {
      writeFileSync(place.at('away', 'a.yml'), 'two');
      renameSync(place.at('away'), path);
    },
  );
  // By the directory's own name, which has it looked at.
  await writeFile(place.at('config', 'config'), 'x');
  await seen.until(({ lines }) => lines.includes('written a.yml'));
});

test('a directory that is replaced between the look at it and the watch on it is not taken for the one watched', async () => {
  await using place = await playground();
  const path = place.at('config');
  await mkdir(path);
  const watch = quietWatch(path);
  const replace = (away: string) => () => {
    renameSync(path, place.at(away));
    mkdirSync(path);
  };
  between(
    path,
    () => {},
    () => {},
    replace('one'),
  );
  expect(await watch.check()).toEqual({ moved: true, fault: undefined });
  expect(await watch.check(), 'it is the one that is there').toEqual({ moved: false, fault: undefined });
  expect(watch.watching).toBe(true);
  await watch.close();
});
