import { readFileSync } from 'node:fs';
import { chmod, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { fence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { Recorder, record } from '../support/recorder.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { until } from '../support/wait.ts';

/** Whatever is told without the poll, the system gave notice of. */
const noticed: FileWatcherOptions = { pollInterval: false };
const polled: FileWatcherOptions = { pollInterval: 50 };

async function directoryWith(content: Record<string, string>) {
  const place = await playground();
  const path = place.at('parent', 'config');
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(content))
    await writeFile(place.at('parent', 'config', name), text);
  return {
    place,
    path,
    file: (name: string) => place.at('parent', 'config', name),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

async function expectNotDeaf(path: string, recorder: Recorder): Promise<void> {
  await fence(path, recorder);
}

test('what is written while a stream opens is known to it: that it is put back is told', async () => {
  await using place = await playground();
  for (let i = 0; i < 40; i++) await writeFile(place.at(`${i}.yml`), 'old');
  const watcher = new DirectoryWatcher(place.path, noticed);
  for (let turns = 0; turns < 20; turns++) {
    const name = `${turns}.yml`;
    const stream = watcher.events();
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    await writeFile(place.at(name), 'new');
    await stream.ready;
    await using seen = new Recorder(stream);
    expect(readFileSync(place.at(name), 'utf8')).toBe('new');
    // When this has settled, so has what was before it.
    await writeFile(place.at('later'), `${turns}`);
    await seen.until(({ lines }) => lines.some((line) => line.endsWith('later')));
    const before = seen.lines.filter((line) => line === `written ${name}`).length;
    await writeFile(place.at(name), 'old');
    await seen.until(({ lines }) => lines.filter((line) => line === `written ${name}`).length === before + 1);
  }
});

describe('a directory', () => {
  test('that is missing, as are those above it, is waited for and watched as soon as it is made', async () => {
    await using place = await playground();
    const path = place.at('one', 'two', 'config');
    await using seen = await record(new DirectoryWatcher(path, noticed));
    expect(seen.errorCodes).toEqual(['DIRECTORY_MISSING']);
    await mkdir(place.at('one'));
    await mkdir(place.at('one', 'two'));
    await mkdir(path);
    await writeFile(place.at('one', 'two', 'config', 'a.yml'), 'x');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
    await expectNotDeaf(path, seen);
  });

  test('that is made, removed or replaced is noticed at once, and not by looking every so often', async () => {
    await using place = await playground();
    const path = place.at('one', 'config');
    // Time stands still: nothing comes of an interval.
    const clock = new ManualClock();
    await using seen = await record(new DirectoryWatcher(path, { clock }));
    await mkdir(path, { recursive: true });
    await writeFile(place.at('one', 'config', 'a.yml'), 'x');
    await until(() => clock.next === 50, 'the file to be noticed');
    await clock.advance(50);
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
    await until(
      () => clock.pending === 1 && (clock.next ?? 0) > 500,
      'nothing but the poll to be waited for',
    );
    await rename(place.at('one'), place.at('two'));
    await mkdir(path, { recursive: true });
    await rename(place.at('two', 'config'), place.at('one', 'other'));
    await rm(path, { recursive: true });
    await until(() => seen.errorCodes.length === 2, 'the absence to be noticed');
  });

  test('that is missing is found although one above it is removed and made again meanwhile', async () => {
    await using place = await playground();
    const path = place.at('one', 'two', 'config');
    await mkdir(place.at('one', 'two'), { recursive: true });
    await using seen = await record(new DirectoryWatcher(path, noticed));
    for (let i = 0; i < 5; i++) {
      await rm(place.at('one'), { recursive: true });
      await mkdir(place.at('one', 'two'), { recursive: true });
    }
    await mkdir(path);
    await expectNotDeaf(path, seen);
  });

  test('that is removed and made again twenty times is watched, and ends as it is', async () => {
    await using subject = await directoryWith({ 'a.yml': 'old', 'b.yml': 'old' });
    const { path, file } = subject;
    await using seen = await record(new DirectoryWatcher(path, noticed));
    for (let i = 0; i < 20; i++) {
      await rm(path, { recursive: true });
      await mkdir(path);
      await writeFile(file('a.yml'), `new ${i}`);
    }
    await expectNotDeaf(path, seen);
    expect(seen.lines.filter((line) => line.endsWith(' b.yml'))).toEqual(['deleted b.yml']);
    expect(seen.lines.findLast((line) => line.endsWith(' a.yml'))).toMatch(/written|created/);
  });

  test('that is moved away has its files deleted, and created when it is back', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x' });
    const { path, place, file } = subject;
    await using seen = await record(new DirectoryWatcher(path, noticed));
    await rename(path, place.at('away'));
    expect(await seen.lineCount(1)).toEqual(['deleted a.yml']);
    expect(seen.errorCodes).toEqual(['DIRECTORY_MISSING']);
    // It is not the directory that is watched, but the path.
    await writeFile(place.at('away', 'a.yml'), 'changed while away');
    await rename(place.at('away'), path);
    expect(await seen.lineCount(2)).toEqual(['deleted a.yml', 'created a.yml']);
    await writeFile(file('a.yml'), 'changed since');
    expect((await seen.lineCount(3)).slice(2)).toEqual(['written a.yml']);
  });

  test('that is moved away and back at once is no event, and is watched', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x' });
    const { path, place } = subject;
    await using seen = await record(new DirectoryWatcher(path, noticed));
    await rename(path, place.at('away'));
    await rename(place.at('away'), path);
    await expectNotDeaf(path, seen);
    expect(seen.lines).toEqual([]);
  });

  test('in whose place another is put is told file by file', async () => {
    await using subject = await directoryWith({ 'same.yml': 'x', 'other.yml': 'x', 'gone.yml': 'x' });
    const { path, place } = subject;
    await using seen = await record(new DirectoryWatcher(path, noticed));
    await mkdir(place.at('next'));
    for (const [name, text] of Object.entries({ 'same.yml': 'x', 'other.yml': 'y', 'new.yml': 'y' })) {
      await writeFile(place.at('next', name), text);
    }
    await rename(path, place.at('away'));
    await rename(place.at('next'), path);
    await expectNotDeaf(path, seen);
    expect(seen.lines.toSorted()).toEqual(['created new.yml', 'deleted gone.yml', 'written other.yml']);
  });

  test('whose parent is swapped is watched in its new place, from the next poll on', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x' });
    const { path, place } = subject;
    await using seen = await record(new DirectoryWatcher(path, polled));
    await mkdir(place.at('next', 'config'), { recursive: true });
    await writeFile(place.at('next', 'config', 'a.yml'), 'y');
    await rename(place.at('parent'), place.at('away'));
    await rename(place.at('next'), place.at('parent'));
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    await expectNotDeaf(path, seen);
  });

  test('whose parent is swapped is given notice of again, and not only polled', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x' });
    const { path, place, file } = subject;
    const clock = new ManualClock();
    await using seen = await record(new DirectoryWatcher(path, { clock }));
    await mkdir(place.at('next', 'config'), { recursive: true });
    await rename(place.at('parent'), place.at('away'));
    await rename(place.at('next'), place.at('parent'));
    await clock.advance(1000);
    await until(() => clock.next === 50, 'the poll to find it');
    await clock.advance(50);
    await until(() => clock.next === 100, 'the grace to begin');
    await clock.advance(100);
    await seen.until(({ lines }) => lines.includes('deleted a.yml'));
    // From here on time stands still, and no poll comes.
    await writeFile(file('b.yml'), 'y');
    await until(() => clock.next === 50, 'the file to be noticed');
  });

  test('reached through a symlink that is pointed elsewhere is the one there, from the next poll on', async () => {
    await using place = await playground();
    for (const name of ['one', 'two']) {
      await mkdir(place.at(name));
      await writeFile(place.at(name, 'a.yml'), name);
    }
    await symlink('one', place.at('config'));
    await using seen = await record(new DirectoryWatcher(place.at('config'), polled));
    await symlink('two', place.at('next'));
    await rename(place.at('next'), place.at('config'));
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    await expectNotDeaf(place.at('config'), seen);
  });

  test('in whose place a file is put is told to be none, and is watched when it is back', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x' });
    const { path, file } = subject;
    await using seen = await record(new DirectoryWatcher(path, noticed));
    await rm(path, { recursive: true });
    await writeFile(path, 'in the way');
    expect(await seen.lineCount(1)).toEqual(['deleted a.yml']);
    await seen.until(({ errorCodes }) => errorCodes.includes('NOT_A_DIRECTORY'));
    await unlink(path);
    await mkdir(path);
    await writeFile(file('b.yml'), 'x');
    expect(await seen.lineCount(2)).toEqual(['deleted a.yml', 'created b.yml']);
  });

  test('that may not be read keeps its picture, says so, and catches up when it may', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x', 'b.yml': 'x' });
    const { place, path, file } = subject;
    await unprivileged([place.path, place.at('parent'), path, file('a.yml'), file('b.yml')], async () => {
      await using seen = await record(new DirectoryWatcher(path, polled));
      await chmod(path, 0o000);
      await seen.until(({ errorCodes }) => errorCodes.includes('PERMISSION_DENIED'));
      expect(seen.errors[0]?.message).toContain('right to read and search');
      await chmod(path, 0o700);
      await writeFile(file('a.yml'), 'y');
      await unlink(file('b.yml'));
      await expectNotDeaf(path, seen);
      expect(seen.lines.toSorted()).toEqual(['deleted b.yml', 'written a.yml']);
    });
  });

  test('that may not be read at the start is waited for', async () => {
    await using subject = await directoryWith({ 'a.yml': 'x' });
    const { place, path, file } = subject;
    await unprivileged([place.path, place.at('parent'), path, file('a.yml')], async () => {
      await chmod(path, 0o000);
      await using seen = await record(new DirectoryWatcher(path, noticed));
      expect(new Set(seen.errorCodes)).toEqual(new Set(['PERMISSION_DENIED']));
      await chmod(path, 0o700);
      expect(await seen.lineCount(1)).toEqual(['created a.yml']);
      await expectNotDeaf(path, seen);
    });
  });
});
