import { watch as fsWatch } from 'node:fs';
import { mkdir, rename, rm, rmdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { watch as chokidarWatch } from 'chokidar';
import { describe, expect, test } from 'vitest';
import { chokidarNotifier } from '../../src/notify/chokidar-notifier.ts';
import { defaultNotifier } from '../../src/notify/default-notifier.ts';
import { fsWatchNotifier } from '../../src/notify/fs-watch-notifier.ts';
import type { ChangeNotifier, Subscription } from '../../src/notify/notifier.ts';
import { directoryIdentity } from '../../src/system/snapshot.ts';
import { osWatches } from '../support/os-watches.ts';
import { type Playground, playground } from '../support/playground.ts';
import { until } from '../support/wait.ts';

/** A subscription that records what it is notified of. */
class Recording implements AsyncDisposable {
  readonly written = new Set<string>();
  readonly renamed = new Set<string>();
  anyCount = 0;
  endCount = 0;
  #subscription: Subscription | undefined;

  static async of(notifier: ChangeNotifier, path: string): Promise<Recording> {
    const recording = new Recording();
    const identity = (await directoryIdentity(path)) ?? '';
    recording.#subscription = await notifier.watch(
      { path, identity },
      {
        changed: (name, isRename) => (isRename ? recording.renamed : recording.written).add(name),
        changedAny: () => recording.anyCount++,
        ended: () => recording.endCount++,
      },
    );
    return recording;
  }

  get subscription(): Subscription | undefined {
    return this.#subscription;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#subscription?.close();
  }
}

/** Resolves once everything that happened before has been notified. */
async function fence(path: string, recording: Recording): Promise<void> {
  const name = `fence-${Math.random()}`;
  await writeFile(`${path}/${name}`, '');
  await until(() => recording.renamed.has(name), 'the fence');
}

function fsWatchers(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('FSEvent')).length;
}

async function config(place: Playground): Promise<string> {
  await mkdir(place.at('config'));
  return place.at('config');
}

describe.each<[string, ChangeNotifier]>([
  ['chokidar', chokidarNotifier],
  ['fs.watch', fsWatchNotifier],
  ['the default', defaultNotifier],
])('a change notifier: %s', (_, notifier) => {
  test('has its OS watch as soon as it resolves, and no more than one, whatever the directory holds', async () => {
    await using place = await playground();
    const path = await config(place);
    await mkdir(place.at('elsewhere'));
    await writeFile(place.at('elsewhere', 'target'), '');
    await symlink('../elsewhere/target', `${path}/link.yml`);
    await symlink('../elsewhere', `${path}/folder`);
    await mkdir(`${path}/below`);
    for (let i = 0; i < 300; i++) await writeFile(`${path}/${i}.yml`, '');
    const before = osWatches();
    await using recording = await Recording.of(notifier, path);
    expect(osWatches()).toBe(before + 1);
    await fence(path, recording);
    expect(osWatches()).toBe(before + 1);
  });

  test('notifies of a write right after it resolves, in a large directory', async () => {
    await using place = await playground();
    for (let i = 0; i < 300; i++) await writeFile(place.at(`${i}.yml`), '');
    for (let i = 0; i < 20; i++) {
      await using recording = await Recording.of(notifier, place.path);
      await writeFile(place.at(`${i}.yml`), 'x');
      await until(() => recording.written.has(`${i}.yml`), 'the write');
    }
  });

  test('tells names that come and go from writes', async () => {
    await using place = await playground();
    for (const name of ['written', 'deleted', 'old']) await writeFile(place.at(name), '');
    await using recording = await Recording.of(notifier, place.path);
    await writeFile(place.at('written'), 'x');
    await unlink(place.at('deleted'));
    await rename(place.at('old'), place.at('new'));
    await writeFile(place.at('created'), '');
    await mkdir(place.at('directory'));
    await fence(place.path, recording);
    const renamed = ['deleted', 'old', 'new', 'created', 'directory'];
    expect([...recording.renamed].filter((name) => !name.startsWith('fence'))).toEqual(renamed);
    expect([...recording.written]).toContain('written');
  });

  test('gives every name as it is', async () => {
    await using place = await playground();
    const path = place.at('back\\slash and blank');
    await mkdir(path);
    const names = [
      'a\\b.yml',
      'line\nfeed',
      ' blank ',
      '.hidden',
      '..data',
      'ü😀.yml',
      '__proto__',
      '-',
      '*',
    ];
    await using recording = await Recording.of(notifier, path);
    for (const name of names) await writeFile(`${path}/${name}`, '');
    await fence(path, recording);
    expect([...recording.renamed].slice(0, names.length)).toEqual(names);
  });

  test('does not report what happens below, nor to where symlinks lead', async () => {
    await using place = await playground();
    const path = await config(place);
    await mkdir(`${path}/below`);
    await writeFile(place.at('target'), '');
    await symlink('../target', `${path}/link.yml`);
    await using recording = await Recording.of(notifier, path);
    await writeFile(`${path}/below/file`, '');
    await writeFile(place.at('target'), 'x');
    await fence(path, recording);
    expect(recording.renamed.size).toBe(1);
    expect(recording.written.has('link.yml')).toBe(false);
  });

  test('gives the directory itself its own last name when it is moved or removed', async () => {
    for (const act of [(path: string) => rename(path, `${path}-away`), rmdir]) {
      await using place = await playground();
      const path = await config(place);
      await using recording = await Recording.of(notifier, path);
      await act(path);
      await until(() => recording.renamed.has('config'), 'the directory itself');
    }
  });

  test('refuses what is not a directory, and holds no OS watch then', async () => {
    await using place = await playground();
    await writeFile(place.at('file'), '');
    const before = osWatches();
    for (const path of [place.at('missing'), place.at('missing', 'below'), place.at('file', 'below')]) {
      const opened = notifier.watch({ path, identity: '' }, { changed() {}, changedAny() {}, ended() {} });
      await expect(opened).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOENT|ENOTDIR)$/) });
    }
    expect(osWatches()).toBe(before);
  });

  test('is silent from the call of close on, and holds nothing when that resolves', async () => {
    await using place = await playground();
    const [watches, handles] = [osWatches(), fsWatchers()];
    const recording = await Recording.of(notifier, place.path);
    await using witness = await Recording.of(notifier, place.path);
    await writeFile(place.at('before'), '');
    const closed = recording.subscription?.close();
    const seen = recording.renamed.size;
    await writeFile(place.at('after'), '');
    await fence(place.path, witness);
    expect(recording.renamed.size).toBe(seen);
    await closed;
    await recording.subscription?.close();
    await witness.subscription?.close();
    expect(osWatches()).toBe(watches);
    await until(() => fsWatchers() === handles, 'the handles to be closed');
  });

  test('shares one OS watch among all subscriptions of a directory, until the last is closed', async () => {
    await using place = await playground();
    const before = osWatches();
    await using one = await Recording.of(notifier, place.path);
    await using two = await Recording.of(notifier, place.path);
    expect(osWatches()).toBe(before + 1);
    await one.subscription?.close();
    await fence(place.path, two);
    expect(osWatches()).toBe(before + 1);
  });

  test('notifies a new subscription of the directory that a path leads to by now', async () => {
    await using place = await playground();
    const path = place.at('parent', 'config');
    await mkdir(path, { recursive: true });
    await mkdir(place.at('next', 'config'), { recursive: true });
    await using before = await Recording.of(notifier, path);
    // The directory itself is not touched: nothing is notified.
    await rename(place.at('parent'), place.at('away'));
    await rename(place.at('next'), place.at('parent'));
    await using after = await Recording.of(notifier, path);
    await fence(path, after);
    if (notifier !== fsWatchNotifier) expect(before.endCount, 'the outdated one lets go').toBe(1);
  });

  test('notifies beside a watch of the same directory that is not ours, and after its end', async () => {
    await using place = await playground();
    const theirs = chokidarWatch(place.path, { ignoreInitial: true });
    await new Promise<void>((resolve) => theirs.on('ready', resolve));
    const node = fsWatch(place.path, () => {});
    const before = osWatches();
    await using recording = await Recording.of(notifier, place.path);
    expect(osWatches(), 'shared with both').toBe(before);
    await theirs.close();
    node.close();
    await fence(place.path, recording);
    expect(osWatches()).toBe(before);
  });

  test('reports after every 1,000 notifications that anything may have changed, to every subscription', async () => {
    await using place = await playground();
    await mkdir(place.at('one'));
    await mkdir(place.at('two'));
    await using one = await Recording.of(notifier, place.at('one'));
    await using two = await Recording.of(notifier, place.at('two'));
    for (let i = 0; i < 1100; i++) await writeFile(place.at('one', `${i % 5}`), 'x');
    await until(() => one.anyCount > 0 && two.anyCount > 0, 'both to be told');
  });
});

describe('the notifier on chokidar', () => {
  test('takes the polling that CHOKIDAR_USEPOLLING turns on for hints', async () => {
    process.env['CHOKIDAR_USEPOLLING'] = '1';
    try {
      await using place = await playground();
      await using recording = await Recording.of(chokidarNotifier, place.path);
      await writeFile(place.at('a.yml'), '');
      await until(() => recording.anyCount > 0, 'the directory to be polled');
    } finally {
      delete process.env['CHOKIDAR_USEPOLLING'];
    }
  });

  test('gives way to fs.watch, with the reason, when chokidar cannot be set up', async () => {
    process.env['CHOKIDAR_INTERVAL'] = 'often';
    try {
      await using place = await playground();
      await using recording = await Recording.of(defaultNotifier, place.path);
      expect(recording.subscription?.fallbackReason).toMatchObject({
        code: 'NOTIFIER_UNAVAILABLE',
        message: expect.stringContaining('pollingInterval'),
      });
      await fence(place.path, recording);
    } finally {
      delete process.env['CHOKIDAR_INTERVAL'];
    }
  });

  test('leaves nothing behind when it is closed while it opens', async () => {
    await using place = await playground();
    const path = await config(place);
    for (let i = 0; i < 50; i++) await writeFile(`${path}/${i}`, '');
    const before = osWatches();
    for (let i = 0; i < 10; i++) {
      const opening = Recording.of(chokidarNotifier, path);
      if (i % 2) await rm(dirname(path), { recursive: true });
      await opening.then(
        (recording) => recording[Symbol.asyncDispose](),
        () => {},
      );
      await mkdir(path, { recursive: true });
    }
    expect(osWatches()).toBe(before);
  });
});
