import { mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigFileWatcher, DirectoryWatcher } from '../src/index.ts';
import { playground } from './support/playground.ts';
import { record } from './support/recorder.ts';

describe('DirectoryWatcher', () => {
  test('tells of a file that is created, written, renamed and deleted, in that order', async () => {
    await using place = await playground();
    const { path } = place;
    await using seen = await record(new DirectoryWatcher(path));

    await writeFile(join(path, 'a.yml'), 'one');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
    await writeFile(join(path, 'a.yml'), 'two');
    await seen.lineCount(2);
    await rename(join(path, 'a.yml'), join(path, 'b.yml'));
    await seen.lineCount(4);
    await unlink(join(path, 'b.yml'));

    expect(await seen.lineCount(5)).toEqual([
      'created a.yml',
      'written a.yml',
      'renamed a.yml > b.yml',
      'created b.yml',
      'deleted b.yml',
    ]);
    expect(seen.events[3]).toMatchObject({ type: 'file', source: path, actorId: '', renamedFrom: 'a.yml' });
  });

  test('an event is told when the content is there to be read', async () => {
    await using place = await playground();
    const { path } = place;
    await using seen = await record(new DirectoryWatcher(path));
    await writeFile(join(path, 'a.yml'), 'whole');
    await seen.lineCount(1);
    expect(await readFile(join(path, 'a.yml'), 'utf8')).toBe('whole');
  });

  test('neither hidden files nor subdirectories are told of', async () => {
    await using place = await playground();
    const { path } = place;
    await using seen = await record(new DirectoryWatcher(path));
    await writeFile(join(path, '.hidden'), 'x');
    await mkdir(join(path, 'sub'));
    await writeFile(join(path, 'sub', 'inner'), 'x');
    await writeFile(join(path, 'z.yml'), 'x');
    expect(await seen.lineCount(1)).toEqual(['created z.yml']);
  });

  test('a directory that does not exist yet is waited for, and ready resolves all the same', async () => {
    await using place = await playground();
    const path = place.at('later', 'config');
    await using seen = await record(new DirectoryWatcher(path, { pollInterval: false }));
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'a.yml'), 'x');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
    expect(seen.errorCodes).toEqual(['DIRECTORY_MISSING']);
  });

  test('a directory that is removed and made again is watched again', async () => {
    await using place = await playground();
    const path = place.at('config');
    await mkdir(path);
    await writeFile(join(path, 'a.yml'), 'x');
    await using seen = await record(new DirectoryWatcher(path, { pollInterval: false }));
    await rm(path, { recursive: true });
    expect(await seen.lineCount(1)).toEqual(['deleted a.yml']);
    await mkdir(path);
    await writeFile(join(path, 'a.yml'), 'y');
    expect(await seen.lineCount(2)).toEqual(['deleted a.yml', 'created a.yml']);
  });
});

describe('DirectoryWatcher.add', () => {
  test('watches one file, and is the same watcher for the same path', async () => {
    await using place = await playground();
    const { path } = place;
    const directory = new DirectoryWatcher(path);
    expect(directory.add('./a.yml')).toBe(directory.add('a.yml'));
    await using seen = await record(directory.add('a.yml'));
    await writeFile(join(path, 'b.yml'), 'x');
    await writeFile(join(path, 'a.yml'), 'x');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
  });

  test('a hidden file that is asked for by name is not hidden', async () => {
    await using place = await playground();
    const { path } = place;
    await writeFile(join(path, '.env'), 'A=1');
    const directory = new DirectoryWatcher(path);
    await using all = await record(directory);
    await using seen = await record(directory.add('.env'));
    await writeFile(join(path, '.env'), 'A=2');
    expect(await seen.lineCount(1)).toEqual(['written .env']);
    expect(all.lines).toEqual([]);
  });

  test.each(['', '.', '..', '../a.yml', 'sub/a.yml', '/etc/passwd', 'a\0b'])('refuses %j', (given) => {
    const directory = new DirectoryWatcher('.');
    expect(() => directory.add(given)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('ConfigFileWatcher', () => {
  test('tells of its file, from its base path', async () => {
    await using place = await playground();
    const { path } = place;
    await writeFile(join(path, 'routes.yml'), 'one');
    await using seen = await record(new ConfigFileWatcher('routes.yml', { basePath: path }));
    await writeFile(join(path, 'routes.yml'), 'two');
    expect(await seen.lineCount(1)).toEqual(['written routes.yml']);
    expect(seen.events[0]).toMatchObject({ source: path, actorName: 'routes.yml' });
  });

  test('conflicting options for one base path are an error that names the option', async () => {
    await using place = await playground();
    const basePath = place.path;
    await using first = await record(new ConfigFileWatcher('a.yml', { basePath }));
    const other = () => new ConfigFileWatcher('b.yml', { basePath, settleTime: 10 });
    expect(other).toThrow(/"settleTime"/);
    await first.stream.close();
    expect(other).not.toThrow();
  });
});
