import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { runningCalls } from '../../src/fs/file-system.ts';
import { ConfigFileWatcher, DirectoryWatcher } from '../../src/index.ts';
import { fuseMount, whyNoFuse } from '../support/fuse-mount.ts';
import { type Recorder, record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';
import { until } from '../support/wait.ts';

const test = testWith(await whyNoFuse());
const polled = { pollInterval: 50, timeout: 200 };

const isTold = ({ errorCodes }: Recorder) => errorCodes.includes('FILE_SYSTEM_TIMEOUT');

describe('a file system that does not answer', () => {
  test('is reported with path and cause, delays no other directory, and is watched again once it answers', async () => {
    await using place = await fuseMount();
    for (let i = 0; i < 4; i++) {
      mkdirSync(place.behind(`${i}`));
      writeFileSync(place.behind(`${i}`, 'a.yml'), 'old');
    }
    writeFileSync(place.beside('a.yml'), 'old');
    const watched = Array.from({ length: 4 }, (_, i) => new DirectoryWatcher(place.at(`${i}`), polled));
    const hung = await Promise.all(watched.map((watcher) => record(watcher)));
    await using local = await record(new DirectoryWatcher(place.beside(), polled));
    place.stop();
    for (const seen of hung) await seen.until(isTold);
    const [error] = hung[0]?.errors ?? [];
    expect(error).toMatchObject({ code: 'FILE_SYSTEM_TIMEOUT', retryable: true });
    expect(error?.message).toContain(place.at('0'));
    expect(error?.message).toMatch(/no answer within 200 ms from fuse.* mounted at .*mounted/);
    expect(runningCalls(), 'most threads are free').toBeLessThanOrEqual(2);
    writeFileSync(place.beside('a.yml'), 'new');
    expect(await local.lineCount(1)).toEqual(['written a.yml']);
    expect(local.errorCodes).toEqual([]);
    for (let i = 0; i < 4; i++) writeFileSync(place.behind(`${i}`, 'a.yml'), `new ${i}`);
    place.resume();
    for (const seen of hung) expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    await until(() => runningCalls() === 0, 'all calls to return');
    for (const seen of hung) await seen.stream.close();
  });

  test('does not keep a stream from being ready or from closing', async () => {
    await using place = await fuseMount();
    writeFileSync(place.behind('a.yml'), 'x');
    const before = await record(new DirectoryWatcher(place.path, polled));
    place.stop();
    const during = await record(new ConfigFileWatcher('a.yml', { basePath: place.path, ...polled }));
    await during.until(isTold);
    await before.until(isTold);
    await Promise.all([before.stream.close(), during.stream.close()]);
    expect(runningCalls(), 'what was asked is not answered yet').toBeGreaterThan(0);
    place.resume();
    await until(() => runningCalls() === 0, 'all calls to return');
  });

  test('behind one symlink leaves the files beside that in peace', async () => {
    await using place = await fuseMount();
    writeFileSync(place.behind('shared.yml'), 'old');
    writeFileSync(place.beside('own.yml'), 'old');
    symlinkSync(place.at('shared.yml'), place.beside('shared.yml'));
    await using seen = await record(new DirectoryWatcher(place.beside(), polled));
    place.stop();
    await seen.until(isTold);
    for (let i = 1; i <= 5; i++) {
      writeFileSync(place.beside('own.yml'), `new ${i}`);
      await seen.until(({ lines }) => lines.filter((line) => line === 'written own.yml').length === i);
    }
    expect(seen.errors).toHaveLength(1);
    writeFileSync(place.behind('shared.yml'), 'new');
    place.resume();
    await seen.until(({ lines }) => lines.includes('written shared.yml'));
  });
});
