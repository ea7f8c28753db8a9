import { statSync, writeFileSync } from 'node:fs';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { coarseFileSystem, whyNotCoarse } from '../support/coarse-file-system.ts';
import { fence } from '../support/fence.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';

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
