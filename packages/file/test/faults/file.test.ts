import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, watch } from 'node:fs';
import {
  appendFile,
  chmod,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { promisify } from 'node:util';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { look } from '../../src/system/snapshot.ts';
import { fence, pollFence } from '../support/fence.ts';
import { type Playground, playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { until } from '../support/wait.ts';

const run = promisify(execFile);

const noticed: FileWatcherOptions = { pollInterval: false };
const polled: FileWatcherOptions = { pollInterval: 50 };
const polling: FileWatcherOptions = { polling: true, pollInterval: 50 };

describe('a file', () => {
  test('that is replaced by a directory is deleted, and created when it is back', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'x');
    await using seen = await record(new DirectoryWatcher(place.path, noticed));
    await unlink(path);
    await mkdir(path);
    expect(await seen.lineCount(1)).toEqual(['deleted a.yml']);
    await rm(path, { recursive: true });
    await writeFile(path, 'y');
    expect(await seen.lineCount(2)).toEqual(['deleted a.yml', 'created a.yml']);
  });

  test('that is replaced by a pipe is deleted, and nothing waits for the pipe', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    await using seen = await record(new DirectoryWatcher(place.path, noticed));
    await unlink(place.at('a.yml'));
    execFileSync('mkfifo', [place.at('a.yml')]);
    expect(await seen.lineCount(1)).toEqual(['deleted a.yml']);
    await fence(place.path, seen);
  });

  test('whose place is taken by a pipe again and again keeps nobody waiting', async () => {
    await using place = await playground();
    await writeFile(place.at('file'), 'x');
    execFileSync('mkfifo', [place.at('pipe')]);
    const script = `
      const { linkSync, renameSync } = require('node:fs');
      for (;;) for (const kind of ['file', 'pipe']) {
        linkSync(kind, 'next');
        renameSync('next', 'a.yml');
      }`;
    const swapper = spawn(process.execPath, ['-e', script], { cwd: place.path });
    const exit = once(swapper, 'exit');
    await until(() => existsSync(place.at('a.yml')));
    try {
      for (let i = 0; i < 1000; i++) await look(place.path, 'a.yml', 100);
    } finally {
      swapper.kill('SIGKILL');
      await exit;
    }
  });

  test('that is renamed and written on for longer than any grace is renamed', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    const clock = new ManualClock();
    await using seen = await record(new DirectoryWatcher(place.path, { ...noticed, clock }));
    await rename(place.at('a.yml'), place.at('b.yml'));
    for (let i = 0; i < 20; i++) {
      await appendFile(place.at('b.yml'), `${i}\n`);
      await allNoticed(place);
      await clock.advance(40);
    }
    expect(seen.lines).toEqual([]);
    await until(() => {
      void clock.advance(10);
      return seen.lines.length === 2;
    });
    expect(seen.lines).toEqual(['renamed a.yml > b.yml', 'created b.yml']);
  });

  test('whose inode is used again at once is another file: deleted and created, not renamed', async () => {
    await using place = await playground();
    await using seen = await record(new DirectoryWatcher(place.path, noticed));
    let reused = 0;
    for (let i = 0; i < 5; i++) {
      await writeFile(place.at(`${i}.yml`), 'x');
      await seen.until(({ lines }) => lines.includes(`created ${i}.yml`));
      const { ino } = statSync(place.at(`${i}.yml`), { bigint: true });
      await unlink(place.at(`${i}.yml`));
      await writeFile(place.at(`next-${i}.yml`), 'x');
      if (statSync(place.at(`next-${i}.yml`), { bigint: true }).ino === ino) reused++;
      await seen.until(({ lines }) => lines.includes(`deleted ${i}.yml`));
    }
    await fence(place.path, seen);
    expect(seen.lines.filter((line) => line.startsWith('renamed'))).toEqual([]);
    expect(seen.lines.filter((line) => line.startsWith('created next'))).toHaveLength(5);
    expect(reused, 'this file system did not use an inode again').toBeGreaterThan(0);
  });

  test.each([
    ['by notice', noticed],
    ['by the poll', polling],
  ])('that is rewritten with equal size and times is written (%s)', async (_, options) => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'one');
    await utimes(path, 1_000_000, 1_000_000);
    await using seen = await record(new DirectoryWatcher(place.path, options));
    await writeFile(path, 'two');
    await utimes(path, 1_000_000, 1_000_000);
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    await fence(place.path, seen);
    expect(seen.lines).toHaveLength(1);
  });

  test('that is edited a thousand times in a second ends in exactly its last content', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'edit 0');
    let content = '';
    await using seen = await record(new DirectoryWatcher(place.path, { ...noticed, settleTime: 200 }), {
      onEvent: () => {
        content = readFileSync(path, 'utf8');
      },
    });
    const script =
      'const fs=require("fs");for(let i=1;i<=1000;i++){fs.writeFileSync(process.argv[1],"edit "+i);' +
      'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,0.9)}';
    await run(process.execPath, ['-e', script, path]);
    await seen.until(() => content === 'edit 1000');
    await fence(place.path, seen);
    expect(content).toBe('edit 1000');
    expect(new Set(seen.lines)).toEqual(new Set(['written a.yml']));
    expect(
      seen.lines.length,
      'as many as it takes, on a busy machine, to be left alone for a moment',
    ).toBeLessThan(10);
  });

  test('that is written without a pause is told every so often, and once more at the end', async () => {
    await using place = await playground();
    const path = place.at('a.log');
    await writeFile(path, '');
    const clock = new ManualClock();
    const contents: string[] = [];
    await using seen = await record(new DirectoryWatcher(place.path, { ...noticed, clock }), {
      onEvent: () => contents.push(readFileSync(path, 'utf8')),
    });
    for (let passed = 0; passed < 2400; passed += 40) {
      await appendFile(path, `${passed}\n`);
      await allNoticed(place);
      await clock.advance(40);
    }
    await appendFile(path, 'end\n');
    await until(() => {
      void clock.advance(10);
      return contents.at(-1)?.endsWith('end\n') === true;
    });
    expect(seen.lines).toEqual(['written a.log', 'written a.log']);
  });

  test('that changes while the event loop is blocked for a second is told once, as it is then', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'old');
    const contents: string[] = [];
    await using seen = await record(new DirectoryWatcher(place.path), {
      onEvent: ({ actorName }) => actorName === 'a.yml' && contents.push(readFileSync(path, 'utf8')),
    });
    await writeFile(path, 'begun');
    // Nothing else runs in this process until the last of it is written.
    const script = 'printf half > "$0"; sleep 0.5; printf half >> "$0"; sleep 0.5; printf done >> "$0"';
    execFileSync('sh', ['-c', script, path]);
    await fence(place.path, seen);
    expect(contents).toEqual(['halfhalfdone']);
    expect(seen.lines).toEqual(['written a.yml']);
  });

  test('that is emptied, and filled later than any patience, is told both times', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'content');
    const contents: string[] = [];
    await using seen = await record(new DirectoryWatcher(place.path, noticed), {
      onEvent: () => contents.push(readFileSync(path, 'utf8')),
    });
    await writeFile(path, '');
    await seen.lineCount(1);
    await writeFile(path, 'content');
    await seen.lineCount(2);
    expect(contents).toEqual(['', 'content']);
  });

  test('reached through a symlink out of the directory is written, from the next poll on', async () => {
    await using place = await playground();
    await mkdir(place.at('config'));
    await writeFile(place.at('target'), 'one');
    await symlink('../target', place.at('config', 'a.yml'));
    await using seen = await record(new DirectoryWatcher(place.at('config'), polled));
    await writeFile(place.at('target'), 'two');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    // Another file in its place is known by its content too, and not by the link, which is as it was.
    await writeFile(place.at('next'), 'three');
    await rename(place.at('next'), place.at('target'));
    expect(await seen.lineCount(2)).toEqual(['written a.yml', 'written a.yml']);
    await unlink(place.at('target'));
    expect((await seen.lineCount(3)).slice(2)).toEqual(['deleted a.yml']);
  });

  test('reached through a chain of symlinks in the directory is written as soon as the last of them is', async () => {
    await using place = await playground();
    await writeFile(place.at('.real'), 'one');
    await symlink('.real', place.at('.link'));
    await symlink('.link', place.at('a.yml'));
    await symlink('a.yml', place.at('b.yml'));
    await using all = await record(new DirectoryWatcher(place.path, noticed));
    await writeFile(place.at('.real'), 'two');
    expect((await all.lineCount(2)).toSorted()).toEqual(['written a.yml', 'written b.yml']);
  });

  test('that may not be read is told by its times, and again when it may', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'one');
    await unprivileged([place.path, path], async () => {
      await using seen = await record(new DirectoryWatcher(place.path, polled));
      await chmod(path, 0o000);
      await seen.until(({ errorCodes }) => errorCodes.includes('PERMISSION_DENIED'));
      await pollFence(place.path, seen);
      expect(seen.lines, 'no change but in its permission').toEqual([]);
      const next = place.at('next');
      await writeFile(next, 'two', { mode: 0o000 });
      await rename(next, path);
      await seen.until(({ lines }) => lines.includes('written a.yml'));
      await chmod(path, 0o600);
      await seen.until(({ lines }) => lines.filter((line) => line === 'written a.yml').length === 2);
      await pollFence(place.path, seen);
      expect(seen.errorCodes).toEqual(['PERMISSION_DENIED']);
    });
  });

  test('above the content limit is told by its size and times', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'x'.repeat(100));
    await using seen = await record(new DirectoryWatcher(place.path, { ...noticed, contentLimit: 99 }));
    await writeFile(path, 'y'.repeat(100));
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    // It is said to be so: what is not read cannot be compared.
    await utimes(path, 1_000_000, 1_000_000);
    expect(await seen.lineCount(2)).toEqual(['written a.yml', 'written a.yml']);
  });

  test('of a name with any character in it is told by that name', async () => {
    await using place = await playground();
    await using seen = await record(new DirectoryWatcher(place.path, noticed));
    const names = [
      'ä ö.yml',
      '-rf',
      '$(reboot)',
      '"\'`',
      'new\nline',
      '\\..\\a',
      '*?[',
      '日本語',
      '%2e%2e%2f',
      '\u202etxt',
    ];
    for (const name of names) await writeFile(place.at(name), name);
    await seen.until(({ events }) => events.length >= names.length);
    expect(seen.events.map(({ actorName }) => actorName).toSorted()).toEqual(names.toSorted());
  });

  test('that is touched, made executable or rewritten with the same bytes is no event, unless asked for', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await writeFile(path, 'x');
    await using quiet = await record(new DirectoryWatcher(place.path, polled));
    await using loud = await record(new DirectoryWatcher(place.path, { ...polled, rewrites: true }));
    const acts = [() => utimes(path, 1, 1), () => chmod(path, 0o755), () => writeFile(path, 'x')];
    for (const [done, act] of acts.entries()) {
      await act();
      await loud.lineCount(done + 1);
    }
    await pollFence(place.path, quiet);
    expect(quiet.lines).toEqual([]);
    expect(loud.lines.filter((line) => !line.endsWith('fence'))).toEqual(acts.map(() => 'written a.yml'));
  });

  test('that is held open and written is told without being closed', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await using handle = await open(path, 'w');
    await using seen = await record(new DirectoryWatcher(place.path, noticed));
    await handle.write('x');
    await handle.sync();
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  test('an event carries the time at which the file was written, by its own clock', async () => {
    await using place = await playground();
    const path = place.at('a.yml');
    await using seen = await record(new DirectoryWatcher(place.path, noticed));
    await writeFile(path, 'x');
    await utimes(path, 1_000_000_000, 1_000_000_000.5);
    await seen.lineCount(1);
    expect(seen.events[0]?.time).toBe(1_000_000_000_500);
    const before = Date.now();
    await unlink(path);
    await seen.lineCount(2);
    expect(seen.events[1]?.time).toBeGreaterThanOrEqual(before);
  });
});

/** Resolves when the system has given notice of whatever was done before. */
async function allNoticed(place: Playground): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const raw = watch(place.path, (_, name) => name === '.after' && resolve());
  await writeFile(place.at('.after'), '');
  await promise;
  raw.close();
}
