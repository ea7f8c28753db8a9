import { link, mkdir, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { isForceReload } from '@watcher/events';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { playground } from '../support/playground.ts';
import { lineOf, type Recorder, record } from '../support/recorder.ts';
import { until } from '../support/wait.ts';

const noticed = { pollInterval: false } as const;

/** With the old name, where there is one. */
function linesWithOrigins({ events }: Recorder): string[] {
  return events.map((event) => {
    const from = isForceReload(event) ? undefined : event.renamedFrom;
    return from === undefined ? lineOf(event) : `${lineOf(event)} < ${from}`;
  });
}

describe('a name that is gone', () => {
  test.each([
    ['a symlink', (target: string, path: string) => symlink(target, path)],
    ['a hard link', (target: string, path: string) => link(target, path)],
  ])('and was %s is deleted, and not renamed to the file', async (_, make) => {
    await using place = await playground();
    await writeFile(place.at('v1.yml'), 'x');
    await make(place.at('v1.yml'), place.at('current.yml'));
    const directory = new DirectoryWatcher(place.path, noticed);
    await using one = await record(directory.add('current.yml'));
    await unlink(place.at('current.yml'));
    expect(await one.lineCount(1)).toEqual(['deleted current.yml']);
  });
});

test('a file to which symlinks lead is renamed by its own name, and they are deleted', async () => {
  await using place = await playground();
  await writeFile(place.at('v1.yml'), 'x');
  for (const name of ['current.yml', 'last.yml', 'stable.yml']) await symlink('v1.yml', place.at(name));
  await using seen = await record(new DirectoryWatcher(place.path, noticed));
  await rename(place.at('v1.yml'), place.at('v2.yml'));
  await seen.lineCount(5);
  expect(seen.lines.toSorted()).toEqual([
    'created v2.yml',
    'deleted current.yml',
    'deleted last.yml',
    'deleted stable.yml',
    'renamed v1.yml > v2.yml',
  ]);
});

describe('a rename to or from a hidden name', () => {
  test('that somebody asks for is told to the others as if nobody did', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    const directory = new DirectoryWatcher(place.path, noticed);
    await using all = await record(directory);
    await using one = await record(directory.add('a.yml'));
    await using hidden = await record(directory.add('.env'));
    await rename(place.at('a.yml'), place.at('.env'));
    await hidden.lineCount(1);
    await rename(place.at('.env'), place.at('a.yml'));
    await hidden.lineCount(2);
    for (const seen of [all, one]) {
      await seen.lineCount(2);
      expect(linesWithOrigins(seen)).toEqual(['deleted a.yml', 'created a.yml']);
    }
    expect(linesWithOrigins(hidden)).toEqual(['created .env < a.yml', 'renamed .env > a.yml']);
  });
});

test('a rename that is found before its new name was noticed waits for that', async () => {
  await using place = await playground();
  await mkdir(place.at('config'));
  await writeFile(place.at('config', 'a.yml'), 'x');
  const clock = new ManualClock(Date.now() + 86_400_000);
  const polling = { clock, polling: true, pollInterval: 1000 };
  await using seen = await record(new DirectoryWatcher(place.at('config'), polling));
  await rename(place.at('config', 'a.yml'), place.at('away.yml'));
  await clock.advance(1000);
  await until(() => clock.next === 50, 'its absence to be noticed');
  await clock.advance(50);
  await until(() => clock.next === 100, 'it to be given time to come back');
  await rename(place.at('away.yml'), place.at('config', 'b.yml'));
  await clock.advance(100);
  await until(() => {
    void clock.advance(10);
    return seen.lines.length === 2;
  }, 'both halves');
  expect(linesWithOrigins(seen)).toEqual(['renamed a.yml > b.yml', 'created b.yml < a.yml']);
});
