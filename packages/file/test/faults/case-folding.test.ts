import { existsSync, readdirSync, renameSync } from 'node:fs';
import { mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { Informer } from '@watcher/informer';
import { describe, expect } from 'vitest';
import { ConfigFileWatcher, DirectoryWatcher, files } from '../../src/index.ts';
import { caseFoldingFileSystem, whyNotCaseFolding } from '../support/case-folding-file-system.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';
import { until } from '../support/wait.ts';

const test = testWith(await whyNotCaseFolding());

/** What a consumer knows, who applies each event. */
function namesAfter(lines: readonly string[], names: readonly string[]): string[] {
  const known = new Set(names);
  for (const line of lines) {
    const [action, name = ''] = line.split(' ');
    if (action === 'deleted' || action === 'renamed') known.delete(name);
    else known.add(name);
  }
  return [...known].toSorted();
}

describe.each([
  ['notified', { pollInterval: 1000 }],
  ['polled', { polling: true, pollInterval: 50 }],
])('where the case of a name does not matter, and changes are %s', (_, options) => {
  test('a file that is renamed in case only is known by its new name alone', async () => {
    await using place = await caseFoldingFileSystem();
    await writeFile(place.at('routes.yml'), 'one');
    await using seen = await record(new DirectoryWatcher(place.path, options));
    for (const [before, after] of [
      ['routes.yml', 'Routes.yml'],
      ['Routes.yml', 'ROUTES.YML'],
      ['ROUTES.YML', 'routes.yml'],
    ] as const) {
      await rename(place.at(before), place.at(after));
      await seen.until(({ lines }) => namesAfter(lines, ['routes.yml']).join() === after);
    }
    expect(seen.errorCodes).toEqual([]);
  });

  test('a name that an event reports as gone is not listed, though the file is still found by it', async () => {
    await using place = await caseFoldingFileSystem();
    await writeFile(place.at('routes.yml'), 'one');
    await using seen = await record(new DirectoryWatcher(place.path, options));
    await rename(place.at('routes.yml'), place.at('Routes.yml'));
    const isGone = (line: string) => /^(deleted|renamed) routes\.yml/.test(line);
    await seen.until(({ lines }) => lines.some(isGone));
    expect(readdirSync(place.path)).toEqual(['Routes.yml']);
    expect(existsSync(place.at('routes.yml'))).toBe(true);
  });

  test('an informer of the files drops the old spelling of a file that is renamed in case only', async () => {
    await using place = await caseFoldingFileSystem();
    await writeFile(place.at('routes.yml'), 'one');
    await using informer = new Informer(files(place.path, options), { quietPeriod: 10, resyncInterval: 0 });
    await informer.synced;
    await rename(place.at('routes.yml'), place.at('Routes.yml'));
    await until(() => [...informer.store.keys()].join() === 'Routes.yml', 'the new spelling alone');
    expect(informer.store.get('Routes.yml')?.content).toBe('one');
  });

  test('a file that is written under another spelling is written, and has no second name', async () => {
    await using place = await caseFoldingFileSystem();
    await writeFile(place.at('routes.yml'), 'one');
    await using seen = await record(new DirectoryWatcher(place.path, options));
    await writeFile(place.at('ROUTES.YML'), 'the second');
    expect(await seen.lineCount(1)).toEqual(['written routes.yml']);
    await writeFile(place.at('Routes.yml'), 'it is the third');
    expect(await seen.lineCount(2)).toEqual(['written routes.yml', 'written routes.yml']);
    await unlink(place.at('ROUTES.yml'));
    expect((await seen.lineCount(3)).slice(2)).toEqual(['deleted routes.yml']);
  });

  test('a file that is asked for by name is found under any spelling, as its consumer finds it', async () => {
    await using place = await caseFoldingFileSystem();
    await writeFile(place.at('routes.yml'), 'one');
    const file = new ConfigFileWatcher('Routes.yml', { basePath: place.path, ...options });
    await using seen = await record(file);
    await writeFile(place.at('routes.yml'), 'the second');
    expect(await seen.lineCount(1)).toEqual(['written Routes.yml']);
    renameSync(place.at('routes.yml'), place.at('ROUTES.yml'));
    await writeFile(place.at('ROUTES.yml'), 'it is the third');
    expect(await seen.lineCount(2)).toEqual(['written Routes.yml', 'written Routes.yml']);
    await unlink(place.at('ROUTES.yml'));
    expect((await seen.lineCount(3)).slice(2)).toEqual(['deleted Routes.yml']);
  });

  test('directories whose case matters beside it do not confuse it', async () => {
    await using place = await caseFoldingFileSystem();
    await mkdir(place.at('config'));
    await writeFile(place.at('config', 'a.yml'), 'one');
    await using seen = await record(new DirectoryWatcher(place.at('CONFIG'), options));
    await writeFile(place.at('config', 'A.yml'), 'the second');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    await rm(place.at('Config', 'A.YML'));
    expect(await seen.lineCount(2)).toEqual(['written a.yml', 'deleted a.yml']);
  });
});
