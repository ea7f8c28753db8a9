import { type FSWatcher, watch } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { watch as chokidarWatch } from 'chokidar';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { coarseFileSystem, whyNotCoarse } from '../support/coarse-file-system.ts';
import { type Playground, playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';

/** Notifications alone: what is found here was notified. */
const NOTIFIED = { pollInterval: false } as const;

/** A directory `config` with a file, and `alias`, a symlink that leads to it. */
async function place(): Promise<Playground> {
  const made = await playground();
  await mkdir(made.at('config'));
  await writeFile(made.at('config', 'a.yml'), 'one');
  await symlink('config', made.at('alias'));
  return made;
}

/** Ways in which the directory becomes another one. */
const replacements: [string, (made: Playground) => Promise<void>][] = [
  [
    'is removed and made again',
    async ({ at }) => {
      await rm(at('config'), { recursive: true });
      await mkdir(at('config'));
      await writeFile(at('config', 'b.yml'), 'x');
    },
  ],
  [
    'is moved away and another takes its place',
    async ({ at }) => {
      await mkdir(at('next'));
      await writeFile(at('next', 'b.yml'), 'x');
      await rename(at('config'), at('away'));
      await rename(at('next'), at('config'));
    },
  ],
];

/** Watches of the same directory, opened before ours, after which the system names the directory itself. */
const others: [string, (path: string) => Promise<AsyncDisposable>][] = [
  ['another DirectoryWatcher', (path) => record(new DirectoryWatcher(path, NOTIFIED))],
  ['an fs.watch', async (path) => disposable(watch(path, () => {}))],
  [
    'a chokidar',
    async (path) => {
      const watcher = chokidarWatch(path, { ignoreInitial: true });
      await new Promise<void>((resolve) => watcher.on('ready', resolve));
      return disposable(watcher);
    },
  ],
];

function disposable(watcher: FSWatcher | { close(): Promise<void> }): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await watcher.close();
    },
  };
}

describe.each(replacements)('a directory that %s', (_, replace) => {
  test.each(others)('is followed beside %s of another path to it, without the poll', async (_name, open) => {
    for (const [theirs, ours] of [
      ['alias', 'config'],
      ['config', 'alias'],
    ] as const) {
      await using made = await place();
      await using _other = await open(made.at(theirs));
      await using seen = await record(new DirectoryWatcher(made.at(ours), NOTIFIED));
      await replace(made);
      await seen.until(({ lines }) => lines.includes('created b.yml') && lines.includes('deleted a.yml'));
      await writeFile(made.at('config', 'c.yml'), 'x');
      await seen.until(({ lines }) => lines.includes('created c.yml'));
      expect(seen.lines.filter((line) => line.endsWith('c.yml'))).toEqual(['created c.yml']);
    }
  });
});

describe('a directory with the name of an entry in it', () => {
  test('is watched on however often that entry comes and goes', async () => {
    await using made = await place();
    await using seen = await record(new DirectoryWatcher(made.at('config'), NOTIFIED));
    for (let i = 0; i < 5; i++) {
      await mkdir(made.at('config', 'config'));
      await rm(made.at('config', 'config'), { recursive: true });
      await writeFile(made.at('config', `${i}.yml`), 'x');
    }
    await seen.lineCount(5);
  });
});

testWith(await whyNotCoarse())(
  'a directory whose file system is mounted again is watched again beside an fs.watch of another path to it',
  async () => {
    await using place = await coarseFileSystem();
    await using elsewhere = await playground();
    await symlink(place.path, elsewhere.at('alias'));
    const theirs = watch(elsewhere.at('alias'), () => {});
    await using seen = await record(new DirectoryWatcher(place.path, NOTIFIED));
    place.remount(() => {});
    theirs.close();
    for (let i = 0; !seen.lines.includes(`created ${i - 1}.yml`); i++) {
      await writeFile(place.at(`${i}.yml`), 'x');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  },
);
