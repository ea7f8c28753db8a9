import { rename, unlink, writeFile } from 'node:fs/promises';
import { isForceReload } from '@watcher/events';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher } from '../src/index.ts';
import { playground } from './support/playground.ts';
import { lineOf, record } from './support/recorder.ts';

describe('a stream that nobody reads', () => {
  test('delays no other, keeps the latest state of each path, and hands that out when it is read', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'one');
    await writeFile(place.at('b.yml'), 'one');
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using unread = watcher.events();
    await unread.ready;
    await using read = await record(watcher);
    for (let i = 1; i <= 4; i++) {
      await writeFile(place.at('a.yml'), `version ${i}`);
      await read.lineCount(i);
    }
    await unlink(place.at('b.yml'));
    await writeFile(place.at('c.yml'), 'new');
    await read.until(({ lines }) => lines.includes('deleted b.yml') && lines.includes('created c.yml'));
    await writeFile(place.at('c.yml'), 'newer');
    await read.until(({ lines }) => lines.includes('written c.yml'));
    expect(unread.stats).toMatchObject({ buffered: 3, dropped: 0, delivered: 0 });
    const lines: string[] = [];
    for await (const event of unread) if (lines.push(lineOf(event)) === 3) break;
    expect(lines.toSorted()).toEqual(['created c.yml', 'deleted b.yml', 'written a.yml']);
  });

  test('hands out a Renamed before what follows it, whatever waited for its new name already', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'A');
    await writeFile(place.at('b.yml'), 'B');
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using unread = watcher.events();
    await unread.ready;
    await using read = await record(watcher);
    await writeFile(place.at('b.yml'), 'B2');
    await read.lineCount(1);
    await rename(place.at('a.yml'), place.at('b.yml'));
    await read.lineCount(3);
    const lines: string[] = [];
    for await (const event of unread) if (lines.push(lineOf(event)) === 2) break;
    expect(lines).toEqual(['renamed a.yml > b.yml', 'written b.yml']);
  });

  test('hands out a rename there and back as the way back', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'A');
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using unread = watcher.events();
    await unread.ready;
    await using read = await record(watcher);
    await rename(place.at('a.yml'), place.at('b.yml'));
    await read.lineCount(2);
    await rename(place.at('b.yml'), place.at('a.yml'));
    await read.lineCount(4);
    const lines: string[] = [];
    for await (const event of unread) if (lines.push(lineOf(event)) === 2) break;
    expect(lines).toEqual(['renamed b.yml > a.yml', 'written a.yml']);
  });

  test('becomes one ForceReload past its capacity', async () => {
    await using place = await playground();
    const watcher = new DirectoryWatcher(place.path, { pollInterval: false });
    await using unread = watcher.events({ capacity: 5 });
    await unread.ready;
    await using read = await record(watcher);
    for (let i = 0; i < 8; i++) await writeFile(place.at(`${i}.yml`), 'x');
    await read.lineCount(8);
    expect(unread.stats.buffered).toBeLessThanOrEqual(5);
    for await (const event of unread) {
      expect(isForceReload(event) && event.reason).toBe('overflow');
      break;
    }
  });
});
