import { appendFileSync, watch, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, vi } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { Doubts } from '../../src/picture/settle.ts';
import { Contained, whyNotContained } from '../support/contained.ts';
import { fence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';

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
});

describe('when names come faster than they can be looked at', () => {
  testWith(undefined)(
    'only so many are kept in mind, and all that stay are told, even without the poll',
    async () => {
      await using place = await playground();
      const clock = new ManualClock();
      await using seen = await record(new DirectoryWatcher(place.path, { clock, pollInterval: false }));
      const hints = vi.spyOn(Doubts.prototype, 'hint');
      try {
        const { promise, resolve } = Promise.withResolvers<void>();
        const raw = watch(place.path, (_, name) => name === '.after' && resolve());
        for (let i = 0; i < 2500; i++) await writeFile(place.at(`${i}.yml`), '');
        await writeFile(place.at('.after'), '');
        await promise;
        raw.close();
        expect(new Set(hints.mock.calls.map(([name]) => name)).size).toBe(2000);
      } finally {
        hints.mockRestore();
      }
      while (seen.lines.length < 2500) {
        await clock.advance(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(new Set(seen.lines).size).toBe(2500);
    },
  );
});
