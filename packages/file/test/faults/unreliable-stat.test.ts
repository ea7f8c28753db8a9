import { mkdirSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { coarseFileSystem, whyNotCoarse } from '../support/coarse-file-system.ts';
import { fuseMount, whyNoFuse } from '../support/fuse-mount.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { testWith } from '../support/required.ts';
import { until } from '../support/wait.ts';

const YEAR_2026 = 1_767_225_600;

const onFuse = testWith(await whyNoFuse());
const onLoop = testWith(await whyNotCoarse());

describe('a file whose content is new and whose stat is the same', () => {
  onFuse('is written, where the file system shows times that are set', async () => {
    // As sshfs does: its times are those that the file was given.
    await using place = await fuseMount('--ctime-from-mtime', '-o', 'attr_timeout=0');
    const [path, behind] = [place.at('a.yml'), place.behind('a.yml')];
    const save = (text: string) => {
      writeFileSync(behind, text);
      utimesSync(behind, YEAR_2026, YEAR_2026);
    };
    save('port: 8080');
    await using seen = await record(new DirectoryWatcher(place.path, { polling: true, pollInterval: 100 }));
    const statOf = () => JSON.stringify(statSync(path), ['ino', 'size', 'mtimeMs', 'ctimeMs']);
    const before = statOf();
    save('port: 9090');
    expect(statOf(), 'stat shows nothing').toBe(before);
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  });
});

test('a directory that is moved away and back has every file read again', async () => {
  await using place = await playground();
  mkdirSync(place.at('config'));
  writeFileSync(place.at('config', 'a.yml'), 'x');
  const clock = new ManualClock(Date.now() + 86_400_000);
  await using _ = await record(new DirectoryWatcher(place.at('config'), { clock, polling: true }));
  renameSync(place.at('config'), place.at('away'));
  await clock.advance(1000);
  renameSync(place.at('away'), place.at('config'));
  await clock.advance(1000);
  await until(() => (clock.next ?? 0) <= 50, 'the file to be read again');
});

describe('a file system that is mounted again with another content, and all of stat the same,', () => {
  onLoop.each([
    ['notifications alone', { pollInterval: false }, false],
    ['the poll alone, if the mount has another ID', { polling: true, pollInterval: 100 }, true],
  ] as const)('has every file read again, with %s', async (_, options, hasNewId) => {
    await using place = await coarseFileSystem({ inodeSize: 256 });
    const path = place.at('a.yml');
    writeFileSync(path, 'port: 8080');
    const clock = new ManualClock(Date.now() + 86_400_000);
    await using seen = await record(new DirectoryWatcher(place.path, { ...options, clock }));
    const before = [statOf(path), statOf(place.path)];
    expect(statSync(path, { bigint: true }).ctimeNs % 1_000_000_000n, 'the times are exact').not.toBe(0n);
    place.remountWith('port: 8080', 'port: 9090', hasNewId);
    const after = [statOf(path), statOf(place.path)];
    await until(() => {
      void clock.advance(10);
      return seen.lines.length > 0;
    }, 'the new content to be emitted');
    expect(seen.lines).toEqual(['written a.yml']);
    expect(after, 'stat shows nothing').toEqual(before);
  });
});

/** Everything but the time of the last read. */
function statOf(path: string): string {
  const { atimeMs: _, atimeNs: __, ...rest } = statSync(path, { bigint: true });
  return Object.entries(rest).map(String).join();
}

test.runIf(process.platform === 'linux')(
  'a file with a size that is not that of its content is no event for as long as that stays',
  async () => {
    await using place = await playground();
    symlinkSync('/sys/class/net/lo/mtu', place.at('mtu'));
    const clock = new ManualClock(Date.now() + 86_400_000);
    await using seen = await record(new DirectoryWatcher(place.path, { clock, polling: true }));
    for (let i = 0; i < 20; i++) {
      await until(() => clock.pending === 1, 'the look to end');
      await clock.advance(500);
    }
    expect(seen.lines).toEqual([]);
  },
);
