import { statSync, writeFileSync } from 'node:fs';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { coarseFileSystem, whyNotCoarse } from '../support/coarse-file-system.ts';
import { fence } from '../support/fence.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';
import { until } from '../support/wait.ts';

const test = testWith(await whyNotCoarse());

describe('where times are kept in whole seconds', () => {
  test('a second write of the same size within the second is told, although nothing but the content shows it', async () => {
    await using place = await coarseFileSystem();
    const path = place.at('a.yml');
    await using seen = await record(new DirectoryWatcher(place.path, { polling: true, pollInterval: 20 }));
    let told = 0;
    const timesOf = () => JSON.stringify(statSync(path), ['mtimeMs', 'ctimeMs', 'size', 'ino']);
    for (let version = 0, alike = false; !alike; version += 2) {
      await writeFile(path, `version ${1000 + version}`);
      await seen.lineCount(++told);
      const times = timesOf();
      writeFileSync(path, `version ${1001 + version}`);
      alike = timesOf() === times;
      await seen.lineCount(++told);
    }
    expect(new Set(seen.lines)).toEqual(new Set(['created a.yml', 'written a.yml']));
  });
});

describe('where times are kept in whole seconds, and only the poll looks', () => {
  test('a write of the same size within the second of a touch is told', async () => {
    await using place = await coarseFileSystem();
    const path = place.at('a.yml');
    await writeFile(path, 'version 1000');
    const clock = new ManualClock(Date.now());
    /** A poll at a time, each looked at to its end: then one timer waits again. */
    const pass = async (milliseconds: number) => {
      for (const end = clock.monotonic() + milliseconds; clock.monotonic() < end; ) {
        await until(() => clock.pending === 1, 'the look to end');
        await clock.advance(50);
      }
      await until(() => clock.pending === 1, 'the look to end');
    };
    await using seen = await record(new DirectoryWatcher(place.path, { clock, polling: true }));
    const timesOf = () => JSON.stringify(statSync(path), ['mtimeMs', 'ctimeMs', 'size', 'ino']);
    for (let version = 1001, alike = false; !alike; version++) {
      // Until no write that was told makes it be read again.
      await pass(5000);
      const told = seen.lines.length;
      const { ctimeMs } = statSync(path);
      await until(() => Date.now() >= ctimeMs + 1000, 'the next second');
      writeFileSync(path, `version ${version - 1}`);
      await pass(1200);
      const times = timesOf();
      expect(seen.lines, 'the bytes are the same').toHaveLength(told);
      writeFileSync(path, `version ${version}`);
      alike = timesOf() === times;
      await pass(1200);
      expect(seen.lines).toHaveLength(told + 1);
    }
  });
});

describe('where no birth times are kept', () => {
  test('a file with the inode of a deleted one is no new name of it, and one that is renamed is', async () => {
    await using place = await coarseFileSystem();
    await writeFile(place.at('a.yml'), 'one');
    const { ino } = statSync(place.at('a.yml'));
    await using seen = await record(new DirectoryWatcher(place.path, { pollInterval: false }));
    await unlink(place.at('a.yml'));
    await writeFile(place.at('b.yml'), 'two');
    expect(statSync(place.at('b.yml')).ino, 'this file system did not use the inode again').toBe(ino);
    await fence(place.path, seen);
    expect(seen.lines.toSorted()).toEqual(['created b.yml', 'deleted a.yml']);
    await rename(place.at('b.yml'), place.at('c.yml'));
    expect((await seen.lineCount(4)).slice(2)).toEqual(['renamed b.yml > c.yml', 'created c.yml']);
  });
});

describe('a directory whose file system is taken away and mounted again, before anybody can look,', () => {
  test('is given notice of again, without the poll', async () => {
    await using place = await coarseFileSystem();
    await using seen = await record(new DirectoryWatcher(place.path, { pollInterval: false }));
    place.remount(() => writeFileSync(place.at('a.yml'), 'while nobody was watching'));
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
    await writeFile(place.at('b.yml'), 'x');
    expect(await seen.lineCount(2)).toEqual(['created a.yml', 'created b.yml']);
  });
});
