import { channel } from 'node:diagnostics_channel';
import { watch } from 'node:fs';
import { chmod, mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { systemClock } from '@watcher/core';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher } from '../src/index.ts';
import { fence, pollFence } from './support/fence.ts';
import { playground } from './support/playground.ts';
import { record } from './support/recorder.ts';
import { unprivileged } from './support/unprivileged.ts';
import { until } from './support/wait.ts';

const polled = { pollInterval: 50 };

describe('a stream that is opened while others are', () => {
  test('is told of what changes from then on, and of nothing before', async () => {
    await using place = await playground();
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using first = await record(watcher);
    await writeFile(place.at('a.yml'), 'x');
    await first.lineCount(1);
    await using second = await record(watcher);
    await writeFile(place.at('b.yml'), 'x');
    await second.lineCount(1);
    expect(second.lines).toEqual(['created b.yml']);
    expect(first.lines).toEqual(['created a.yml', 'created b.yml']);
  });

  test('is ready only when what is being saved has settled, since its consumer might read half of it', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'content');
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false, settleTime: 200 });
    await using first = await record(watcher);
    await writeFile(place.at('a.yml'), 'other');
    await using second = watcher.events();
    await second.ready;
    expect(first.lines).toEqual(['written a.yml']);
    expect(second.stats.received).toBe(0);
  });

  test('is told of a fault that stands already', async () => {
    await using place = await playground();
    const watcher = new DirectoryWatcher(place.at('missing'));
    await using first = await record(watcher);
    await first.until(({ errorCodes }) => errorCodes.length === 1);
    await using second = await record(watcher.add('a.yml'));
    expect(second.errorCodes).toEqual(['DIRECTORY_MISSING']);
    expect(second.errors[0]).toMatchObject({ source: place.at('missing'), retryable: true });
  });

  test('is told of what is wrong with files that it asks for, and of no others', async () => {
    await using place = await playground();
    for (const name of ['a.yml', 'b.yml', '.env']) await writeFile(place.at(name), 'x');
    const files = ['a.yml', 'b.yml', '.env'].map((name) => place.at(name));
    await unprivileged([place.path, ...files], async () => {
      const watcher = new DirectoryWatcher(place.path, polled);
      await using other = await record(watcher.add('b.yml'));
      await using one = await record(watcher.add('a.yml'));
      await using hidden = await record(watcher.add('.env'));
      await chmod(place.at('a.yml'), 0);
      await chmod(place.at('.env'), 0);
      for (const seen of [one, hidden]) {
        await seen.until(({ errorCodes }) => errorCodes.includes('PERMISSION_DENIED'));
      }
      await using all = await record(watcher);
      expect(all.errors.map(({ message }) => message)).toEqual([expect.stringContaining('a.yml')]);
      expect(other.errors).toEqual([]);
      await one.stream.close();
      await all.stream.close();
      await using later = await record(watcher);
      expect(later.errorCodes, 'it is wrong still').toEqual(['PERMISSION_DENIED']);
    });
  });

  test('is told of no fault that is over', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    await unprivileged([place.path, place.at('a.yml')], async () => {
      // By this clock the file is old, and not read again for having just been written.
      const clock = { ...systemClock, now: () => Date.now() + 86_400_000 };
      const watcher = new DirectoryWatcher(place.path, { ...polled, clock });
      await using first = await record(watcher);
      for (let times = 1; times <= 2; times++) {
        // It may be listed, and nothing in it looked at.
        await chmod(place.path, 0o600);
        await first.until(({ errorCodes }) => errorCodes.length === times);
        await chmod(place.path, 0o700);
        await pollFence(place.path, first);
      }
      await using second = await record(watcher);
      expect(second.errorCodes).toEqual([]);
      expect(first.errorCodes).toEqual(['PERMISSION_DENIED', 'PERMISSION_DENIED']);
      expect(first.lines).toEqual([]);
    });
  });

  test('of one file does not make the others of a hidden one hear of it', async () => {
    await using place = await playground();
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false, ignore: /\.bak$/ });
    await using all = await record(watcher);
    await using hidden = await record(watcher.add('.env'));
    await using ignored = await record(watcher.add('a.bak'));
    for (const name of ['.env', 'a.bak', 'b.bak', '.other']) await writeFile(place.at(name), 'x');
    await hidden.lineCount(1);
    await ignored.lineCount(1);
    await fence(place.path, all);
    expect([all.lines, hidden.lines, ignored.lines]).toEqual([[], ['created .env'], ['created a.bak']]);
  });
});

describe('the stream of one file', () => {
  test('is told where its file went, whether or not anybody watches the directory', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using one = await record(watcher.add('a.yml'));
    await rename(place.at('a.yml'), place.at('b.yml'));
    expect(await one.lineCount(1)).toEqual(['renamed a.yml > b.yml']);
    await rename(place.at('b.yml'), place.at('a.yml'));
    await one.lineCount(2);
    await rename(place.at('a.yml'), place.at('.hidden'));
    expect(await one.lineCount(3)).toEqual(['renamed a.yml > b.yml', 'created a.yml', 'deleted a.yml']);
  });

  test('reads nothing but its file', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    await writeFile(place.at('b.yml'), 'x', { mode: 0o000 });
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using one = await record(watcher.add('a.yml'));
    await writeFile(place.at('a.yml'), 'y');
    await one.lineCount(1);
    expect(one.errorCodes).toEqual([]);
  });
});

test('a file is told when the settle time has passed by the clock that was given, and not before', async () => {
  await using place = await playground();
  await writeFile(place.at('a.yml'), 'one');
  const clock = new ManualClock();
  await using seen = await record(
    new DirectoryWatcher(place.path, { clock, pollInterval: false, settleTime: 5000 }),
  );
  await writeFile(place.at('a.yml'), 'two');
  await until(() => clock.next === 5000, 'the hint');
  expect(clock.pending, 'the poll is off').toBe(1);
  await clock.advance(4999);
  expect(seen.lines).toEqual([]);
  await clock.advance(1);
  expect(await seen.lineCount(1)).toEqual(['written a.yml']);
});

test('a rename is told as one though its old name is looked at later than its new', async () => {
  await using place = await playground();
  await writeFile(place.at('a.yml'), 'x');
  const clock = new ManualClock();
  await using seen = await record(
    new DirectoryWatcher(place.path, { clock, pollInterval: false, settleTime: 1000 }),
  );
  const noticed: unknown[] = [];
  const raw = watch(place.path, (_, name) => noticed.push(name));
  await rename(place.at('a.yml'), place.at('b.yml'));
  await until(() => noticed.includes('b.yml'), 'the rename to be noticed');
  await clock.advance(500);
  noticed.length = 0;
  await writeFile(place.at('a.yml'), '');
  await unlink(place.at('a.yml'));
  await writeFile(place.at('.after'), '');
  await until(() => noticed.includes('.after'), 'the old name to be noticed once more');
  raw.close();
  await clock.advance(500);
  expect(await seen.lineCount(2)).toEqual(['renamed a.yml > b.yml', 'created b.yml']);
});

test('the poll comes once in its interval by the clock that was given', async () => {
  await using place = await playground();
  const clock = new ManualClock();
  await using seen = await record(
    new DirectoryWatcher(place.path, { clock, polling: true, pollInterval: 60_000 }),
  );
  await writeFile(place.at('a.yml'), 'x');
  expect(clock.next).toBe(60_000);
  await clock.advance(60_000);
  await until(() => clock.next === 50, 'the poll to have seen it');
  await clock.advance(50);
  expect(await seen.lineCount(1)).toEqual(['created a.yml']);
});

describe('closing', () => {
  test('while a file is settling tells nothing more, and leaves no timer', async () => {
    await using place = await playground();
    const clock = new ManualClock();
    const seen = await record(new DirectoryWatcher(place.path, { clock }));
    await writeFile(place.at('a.yml'), 'x');
    await until(() => clock.next === 50, 'the hint');
    await seen.stream.close();
    expect(clock.pending).toBe(0);
    expect(await seen.stream.closed).toEqual({ reason: 'aborted' });
    expect(seen.lines).toEqual([]);
  });

  test('at any moment of a settling leaves no timer and tells nothing afterwards', async () => {
    await using place = await playground();
    for (let turns = 0; turns < 30; turns++) {
      const clock = new ManualClock();
      const seen = await record(new DirectoryWatcher(place.path, { clock }));
      await writeFile(place.at('a.yml'), `${turns}`);
      await until(() => clock.next === 50, 'the hint');
      void clock.advance(50);
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      const closing = seen.stream.close();
      const told = seen.lines.length;
      await closing;
      expect(clock.pending).toBe(0);
      expect(seen.lines).toHaveLength(told);
    }
  });

  test('by the consumer at its first event is fine, with others still to come', async () => {
    await using place = await playground();
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using other = await record(watcher);
    const seen = await record(watcher, { onEvent: () => void seen.stream.close() });
    for (let i = 0; i < 5; i++) await writeFile(place.at(`${i}.yml`), 'x');
    await other.lineCount(5);
    expect(seen.lines).toHaveLength(1);
  });
});

describe('a function `ignore` that throws', () => {
  test('fails the streams that it concerns, and a new one begins anew', async () => {
    await using place = await playground();
    let broken = false;
    const ignore = () => {
      if (broken) throw new Error('thrown by ignore');
      return false;
    };
    const watcher = new DirectoryWatcher(place.path, { ignore, pollInterval: false });
    const stream = watcher.events();
    await stream.ready;
    broken = true;
    await writeFile(place.at('a.yml'), 'x');
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { message: /thrown by ignore/ } });
    broken = false;
    await using seen = await record(watcher);
    await writeFile(place.at('b.yml'), 'x');
    expect(await seen.lineCount(1)).toEqual(['created b.yml']);
  });

  test('fails them too when it is asked what a file that is gone is called now', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'x');
    const ignore = () => {
      throw new Error('thrown by ignore');
    };
    const stream = new DirectoryWatcher(place.path, { ignore }).add('a.yml').events();
    await stream.ready;
    await rename(place.at('a.yml'), place.at('b.yml'));
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'UNEXPECTED' } });
  });
});

describe('what is going on', () => {
  test('is logged: opened, what stands in the way, closed', async () => {
    await using place = await playground();
    const lines: string[] = [];
    const log = (level: string) => (_: unknown, message?: string) => lines.push(`${level} ${message}`);
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    await using seen = await record(new DirectoryWatcher(place.at('config'), { logger }));
    await seen.stream.close();
    expect(lines).toEqual([
      'debug directory watcher opened',
      'warn directory watcher: cannot watch',
      'debug directory watcher closed',
    ]);
  });

  test('is logged: that what stood in the way is over', async () => {
    await using place = await playground();
    const lines: string[] = [];
    const log = (level: string) => (_: unknown, message?: string) => lines.push(`${level} ${message}`);
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    await using seen = await record(new DirectoryWatcher(place.at('config'), { logger }));
    await mkdir(place.at('config'));
    await writeFile(place.at('config', 'a.yml'), 'x');
    await seen.lineCount(1);
    expect(lines.slice(1)).toEqual([
      'warn directory watcher: cannot watch',
      'info directory watcher: can watch again',
    ]);
  });

  test('goes on when the logger throws', async () => {
    await using place = await playground();
    const fails = () => {
      throw new Error('the disk is full');
    };
    const logger = { debug: fails, info: fails, warn: fails, error: fails };
    await using seen = await record(new DirectoryWatcher(place.path, { logger }));
    await writeFile(place.at('a.yml'), 'new');
    await seen.lineCount(1);
    expect(seen.lines).toEqual(['created a.yml']);
  });

  test('is published on the diagnostics channels', async () => {
    await using place = await playground();
    const messages: unknown[] = [];
    const listen = (message: unknown) => messages.push(message);
    const channels = ['watcher:file:changes', 'watcher:file:directory'].map((name) => channel(name));
    for (const each of channels) each.subscribe(listen);
    try {
      await using seen = await record(new DirectoryWatcher(place.path));
      await writeFile(place.at('a.yml'), 'x');
      await seen.lineCount(1);
      await seen.stream.close();
    } finally {
      for (const each of channels) each.unsubscribe(listen);
    }
    const directory = place.path;
    expect(messages).toEqual([
      { directory, state: 'opened' },
      { directory, changes: 1 },
      { directory, state: 'closed' },
    ]);
  });

  test('tells nobody anything of a directory that is removed with its parent and never comes back', async () => {
    await using place = await playground();
    const path = place.at('parent', 'config');
    await using seen = await record(new DirectoryWatcher(path));
    await rm(place.at('parent'), { recursive: true, force: true });
    expect(seen.lines).toEqual([]);
  });
});
