import { execFileSync } from 'node:child_process';
import { appendFileSync, watch, writeFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, vi } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { Doubts } from '../../src/picture/settle.ts';
import { Survey } from '../../src/picture/survey.ts';
import { Contained, whyNotContained } from '../support/contained.ts';
import { fence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { type Recorder, record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';
import { until } from '../support/wait.ts';

const test = testWith(whyNotContained());

describe('when the system has no more inotify', () => {
  test.each([
    ['watches', 'max_inotify_watches', 'fs.inotify.max_user_watches'],
    ['instances', 'max_inotify_instances', 'fs.inotify.max_user_instances'],
  ])(
    '%s, an error names the limit, the poll carries on, and notice is taken up again',
    async (_, limit, advice) => {
      await using place = await playground();
      const path = place.at('config');
      await mkdir(path);
      // The limit of the namespace is its own, and the root of it may set it.
      const set = (value: number) => `echo ${value} > /proc/sys/user/${limit}`;
      await using watcher = new Contained(path, { pollInterval: 100 }, set(0));
      await watcher.line(/^ready$/);
      expect(await watcher.line(/^error /)).toContain(advice);
      await writeFile(place.at('config', 'a.yml'), 'x');
      await watcher.line(/^created a.yml$/);
      await writeFile(place.at('config', 'a.yml'), 'y');
      await watcher.line(/^written a.yml$/);
      expect(watcher.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    },
  );

  test('notice is taken up again when the limit is raised, without the poll', async () => {
    await using place = await playground();
    const path = place.at('config');
    await mkdir(path);
    const limit = '/proc/sys/user/max_inotify_watches';
    await using watcher = new Contained(path, { pollInterval: false }, `echo 0 > ${limit}`);
    await watcher.line(/^error WATCH_LIMIT/);
    await watcher.line(/^ready$/);
    // Made while nothing gives notice of it.
    await writeFile(place.at('config', 'a.yml'), 'x');
    watcher.run(`echo 100 > ${limit}`);
    await watcher.line(/^created a.yml$/);
    for (let i = 0; i < 3; i++) {
      await writeFile(place.at('config', `${i}.yml`), 'x');
      await watcher.line(new RegExp(`^created ${i}.yml$`));
    }
  });
});

/** More events than the system's queue holds, while nobody takes them out of it. */
function overrun(directory: string): void {
  for (let i = 0; i < 20_000; i++) appendFileSync(`${directory}/${i % 2}.yml`, '.');
}

describe("when the system's queue of events is overrun", () => {
  testWith(undefined).each<[string, FileWatcherOptions]>([
    ['', { pollInterval: 200 }],
    [', even without the poll', { pollInterval: false }],
    [', even without the poll and without a settle time', { pollInterval: false, settleTime: 0 }],
  ])('what got lost is told all the same%s', async (_, options) => {
    await using place = await playground();
    for (const name of ['0.yml', '1.yml', 'last.yml']) await writeFile(place.at(name), '');
    await using seen = await record(new DirectoryWatcher(place.path, options));
    const noticed = new Set<unknown>();
    const raw = watch(place.path, (_, name) => noticed.add(name));
    overrun(place.path);
    writeFileSync(place.at('last.yml'), 'the one that did not fit');
    await seen.until(({ lines }) => lines.includes('written last.yml'));
    raw.close();
    expect(noticed.has('0.yml')).toBe(true);
    expect(noticed.has('last.yml'), 'the queue of this machine was not overrun').toBe(false);
    await fence(place.path, seen);
    expect(seen.lines.toSorted()).toEqual(['written 0.yml', 'written 1.yml', 'written last.yml']);
  });

  testWith(undefined)(
    'by one directory, what got lost of another is told, even without the poll',
    async () => {
      await using place = await playground();
      for (const name of ['busy', 'calm']) await mkdir(place.at(name));
      for (const name of ['0.yml', '1.yml']) await writeFile(place.at('busy', name), '');
      await writeFile(place.at('calm', 'last.yml'), '');
      await using busy = await record(new DirectoryWatcher(place.at('busy'), { pollInterval: false }));
      await using calm = await record(new DirectoryWatcher(place.at('calm'), { pollInterval: false }));
      const noticed = new Set<unknown>();
      const raw = watch(place.at('calm'), (_, name) => noticed.add(name));
      overrun(place.at('busy'));
      writeFileSync(place.at('calm', 'last.yml'), 'the one that did not fit');
      expect(await calm.lineCount(1)).toEqual(['written last.yml']);
      raw.close();
      expect(noticed.size, 'the queue of this machine was not overrun').toBe(0);
      await busy.lineCount(2);
    },
  );
});

/** Resolves when whatever was done to the directory before has been noticed by all who watch it in this process. */
async function noticed(directory: string): Promise<void> {
  const name = '.noticed';
  const { promise, resolve } = Promise.withResolvers<void>();
  const raw = watch(directory, (_, each) => each === name && resolve());
  await writeFile(join(directory, name), '');
  await promise;
  raw.close();
}

/** Turns the clock until as many lines were told. */
async function turnUntilTold(clock: ManualClock, seen: Recorder, count: number): Promise<void> {
  while (seen.lines.length < count) {
    await clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('when names come faster than they can be looked at', () => {
  const test = testWith(undefined);

  test('only so many are kept in mind, and all that stay are told, even without the poll', async () => {
    await using place = await playground();
    const clock = new ManualClock();
    await using seen = await record(new DirectoryWatcher(place.path, { clock, pollInterval: false }));
    const hints = vi.spyOn(Doubts.prototype, 'hint');
    try {
      for (let i = 0; i < 2500; i++) await writeFile(place.at(`${i}.yml`), '');
      await noticed(place.path);
      expect(new Set(hints.mock.calls.map(([name]) => name)).size).toBe(2000);
    } finally {
      hints.mockRestore();
    }
    await turnUntilTold(clock, seen, 2500);
    expect(new Set(seen.lines).size).toBe(2500);
  });

  test('a single one that was not kept in mind is told too, even without the poll', async () => {
    await using place = await playground();
    for (const name of ['config', 'next']) await mkdir(place.at(name));
    for (let i = 0; i < 2000; i++) await writeFile(place.at('next', `${i}.yml`), '');
    const clock = new ManualClock();
    await using seen = await record(new DirectoryWatcher(place.at('config'), { clock, pollInterval: false }));
    const hints = vi.spyOn(Doubts.prototype, 'hint');
    try {
      // No burst of hints: they are found all at once.
      await rename(place.at('config'), place.at('last'));
      await rename(place.at('next'), place.at('config'));
      await until(() => hints.mock.calls.length >= 2000, 'all to be in doubt');
      await writeFile(place.at('config', 'late.yml'), '');
      await noticed(place.at('config'));
      expect(hints.mock.calls.map(([name]) => name)).not.toContain('late.yml');
    } finally {
      hints.mockRestore();
    }
    await turnUntilTold(clock, seen, 2001);
    expect(seen.lines).toContain('created late.yml');
  });

  test('those that come while everything is looked at are told too, even without the poll', async () => {
    await using place = await playground();
    const clock = new ManualClock();
    // So short that a name that came is not looked at before everything is.
    const options = { clock, pollInterval: false as const, settleTime: 2 };
    await using seen = await record(new DirectoryWatcher(place.path, options));
    const glanceAt = vi.spyOn(Survey.prototype, 'glanceAt');
    try {
      glanceAt.mockImplementationOnce(async () => {
        // It was listed before.
        await writeFile(place.at('late.yml'), '');
        await noticed(place.path);
      });
      for (let i = 0; i < 2500; i++) await writeFile(place.at(`${i}.yml`), '');
      await noticed(place.path);
      await turnUntilTold(clock, seen, 2501);
      expect(glanceAt).toHaveBeenCalled();
    } finally {
      glanceAt.mockRestore();
    }
    expect(seen.lines).toContain('created late.yml');
  });
});

describe('when this process has as many files open as it may', () => {
  test.each([
    ['', 100],
    [', even without the poll', false as const],
  ])(
    'an error names the limit, and what was written meanwhile is told when it has room again%s',
    async (_, pollInterval) => {
      await using place = await playground();
      await writeFile(place.at('a.yml'), 'x');
      await using watcher = new Contained(place.path, { pollInterval });
      await watcher.line(/^ready$/);
      const limit = (files: string) =>
        execFileSync('prlimit', ['--pid', `${watcher.pid}`, `--nofile=${files}:`]);
      limit('3');
      await writeFile(place.at('a.yml'), 'y');
      expect(await watcher.line(/^error /)).toMatch(/^error OPEN_FILE_LIMIT .*ulimit -n/);
      expect(watcher.lines).not.toContain('written a.yml');
      limit('1000');
      await watcher.line(/^written a.yml$/);
      // The directory may have been to be listed at that time, too.
      const errors = watcher.lines.filter((line) => line.startsWith('error'));
      expect(errors.filter((line) => !line.startsWith('error OPEN_FILE_LIMIT '))).toEqual([]);
      expect(new Set(errors).size, 'each is told once').toBe(errors.length);
    },
  );
});
