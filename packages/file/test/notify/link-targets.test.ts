import { mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { ManualClock } from '@watcher/testing/clock';
import { expect, test } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { Contained, whyNotContained } from '../support/contained.ts';
import { osWatches } from '../support/os-watches.ts';
import { type Playground, playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';
import { until } from '../support/wait.ts';

/** Notifications alone: what is found here was notified. */
const NOTIFIED = { pollInterval: false } as const;

/** A directory `config`, and the directories `one` and `two` with a file `target` each. */
async function place(): Promise<Playground> {
  const made = await playground();
  for (const name of ['config', 'one', 'two']) await mkdir(made.at(name));
  for (const name of ['one', 'two']) await writeFile(made.at(name, 'target'), name);
  return made;
}

async function pointTo({ at }: Playground, target: string, link = 'a.yml'): Promise<void> {
  await symlink(target, at('config', '.next'));
  await rename(at('config', '.next'), at('config', link));
}

test('a write behind a symlink is notified, in place, by a replacement, and to a file that is made again', async () => {
  await using made = await place();
  await pointTo(made, '../one/target');
  await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
  await writeFile(made.at('one', 'target'), 'in place');
  await seen.lineCount(1);
  await writeFile(made.at('next'), 'replaced');
  await rename(made.at('next'), made.at('one', 'target'));
  await seen.lineCount(2);
  await unlink(made.at('one', 'target'));
  await seen.lineCount(3);
  await writeFile(made.at('one', 'target'), 'again');
  expect(await seen.lineCount(4)).toEqual([
    'written a.yml',
    'written a.yml',
    'deleted a.yml',
    'created a.yml',
  ]);
});

test('a symlink that is pointed elsewhere is notified of writes there, and the directory before is let go', async () => {
  await using made = await place();
  await pointTo(made, '../one/target');
  const before = osWatches();
  await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
  await until(() => osWatches() === before + 2, 'the directory of the target to be watched');
  await pointTo(made, '../two/target');
  await seen.lineCount(1);
  await until(() => osWatches() === before + 2, 'the directory before to be let go');
  await writeFile(made.at('two', 'target'), 'written');
  await seen.lineCount(2);
  // A file in the place of the symlink leads nowhere.
  await writeFile(made.at('config', '.next'), 'a file');
  await rename(made.at('config', '.next'), made.at('config', 'a.yml'));
  await seen.lineCount(3);
  await until(() => osWatches() === before + 1, 'no directory but its own to be watched');
});

test('what is written right after the stream is ready is noticed, whether the target is watched by then or not', async () => {
  await using made = await place();
  await pointTo(made, '../one/target');
  for (let i = 0; i < 20; i++) {
    await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
    await writeFile(made.at('one', 'target'), `${i}`);
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  }
});

test('a symlink that leads to no file yet is notified of its creation', async () => {
  await using made = await place();
  await pointTo(made, '../one/later');
  const before = osWatches();
  await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
  await until(() => osWatches() === before + 2, 'the directory of the target to be watched');
  await writeFile(made.at('one', 'later'), 'x');
  expect(await seen.lineCount(1)).toEqual(['created a.yml']);
});

test('one OS watch serves all symlinks into a directory, and none a symlink within its own', async () => {
  await using made = await place();
  const before = osWatches();
  for (let i = 0; i < 20; i++) {
    await writeFile(made.at('one', `${i}`), 'x');
    await pointTo(made, `../one/${i}`, `${i}.yml`);
  }
  await writeFile(made.at('config', '.real'), 'x');
  await pointTo(made, '.real', 'own.yml');
  await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
  for (let i = 0; i < 20; i++) await writeFile(made.at('one', `${i}`), 'y');
  await seen.lineCount(20);
  expect(osWatches()).toBe(before + 2);
  await seen.stream.close();
  expect(osWatches()).toBe(before);
});

test('a symlink that is hidden, or that leads to a directory, is not followed', async () => {
  await using made = await place();
  await pointTo(made, '../one/target', '.hidden');
  await pointTo(made, '../two', 'folder');
  const before = osWatches();
  const directory = new DirectoryWatcher(made.at('config'), NOTIFIED);
  await using _ = await record(directory);
  await using seen = await record(directory.add('.hidden'));
  await until(() => osWatches() === before + 2, 'what is asked for by name to be followed');
  await seen.stream.close();
  await until(() => osWatches() === before + 1, 'it to be let go with the last who asks');
});

test('a directory of targets that is replaced is watched in its new place', async () => {
  await using made = await place();
  await pointTo(made, '../one/target');
  await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
  await writeFile(made.at('one', 'target'), 'it is watched');
  await seen.lineCount(1);
  // By then nothing more is being looked at.
  await writeFile(made.at('config', 'fence.yml'), '');
  await seen.lineCount(2);
  await rename(made.at('one'), made.at('away'));
  await rename(made.at('two'), made.at('one'));
  await seen.lineCount(3);
  await writeFile(made.at('one', 'target'), 'written there');
  expect((await seen.lineCount(4)).filter((line) => line === 'written a.yml')).toHaveLength(3);
});

test('a swapped directory of a ConfigMap is followed, and the one before is let go', async () => {
  await using made = await playground();
  const [config, before] = [made.at('config'), osWatches()];
  const publish = async (version: string) => {
    await mkdir(made.at('config', version), { recursive: true });
    await writeFile(made.at('config', version, 'a.yml'), version);
    await symlink(version, made.at('config', '..data_tmp'));
    await rename(made.at('config', '..data_tmp'), made.at('config', '..data'));
  };
  await publish('..1');
  await symlink('..data/a.yml', made.at('config', 'a.yml'));
  await using seen = await record(new DirectoryWatcher(config, NOTIFIED));
  for (const version of ['..2', '..3']) {
    await publish(version);
    await seen.until(({ events }) => events.length === Number(version.slice(2)) - 1);
    await rm(made.at('config', `..${Number(version.slice(2)) - 1}`), { recursive: true });
  }
  await until(() => osWatches() === before + 2, 'the directory of today to be watched');
  await writeFile(made.at('config', '..3', 'a.yml'), 'in place');
  expect(await seen.lineCount(3)).toEqual(['written a.yml', 'written a.yml', 'written a.yml']);
});

test('with polling no symlink is watched', async () => {
  await using made = await place();
  await pointTo(made, '../one/target');
  const before = osWatches();
  const clock = new ManualClock();
  await using _ = await record(new DirectoryWatcher(made.at('config'), { polling: true, clock }));
  expect(osWatches()).toBe(before);
});

testWith(whyNotContained())(
  'where no further OS watch is to be had, an error names the directory of the target, which is watched later',
  async () => {
    await using made = await place();
    await pointTo(made, '../one/target');
    const limit = '/proc/sys/user/max_inotify_watches';
    await using watcher = new Contained(made.at('config'), { pollInterval: false }, `echo 1 > ${limit}`);
    await watcher.line(/^ready$/);
    expect(await watcher.line(/^error WATCH_LIMIT/)).toContain(`"${made.at('one')}"`);
    watcher.run(`echo 100 > ${limit}`);
    await writeFile(made.at('one', 'target'), 'written');
    await watcher.line(/^written a.yml$/);
  },
);
