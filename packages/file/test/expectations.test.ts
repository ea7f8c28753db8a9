import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { ConfigFileWatcher, DirectoryWatcher } from '../src/index.ts';
import { MAX_PENDING } from '../src/observation/expectations.ts';
import { fence } from './support/fence.ts';
import { fuseMount, whyNoFuse } from './support/fuse-mount.ts';
import { playground } from './support/playground.ts';
import { Recorder, record } from './support/recorder.ts';
import { testWith } from './support/required.ts';
import { until } from './support/wait.ts';

async function place() {
  const area = await playground();
  writeFileSync(area.at('a.yml'), 'old');
  return { ...area, write: (content: string | Uint8Array) => writeFileSync(area.at('a.yml'), content) };
}

/** Resolves with what was emitted for everything that was done before. */
async function linesOf(directory: string, seen: Recorder): Promise<readonly string[]> {
  await fence(directory, seen);
  return seen.lines;
}

describe('an expected write', () => {
  test.each([
    ['text', 'port: ü'],
    ['bytes', new Uint8Array([0, 255, 10])],
    ['an empty content', ''],
  ])('emits no event: %s', async (_, content) => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    directory.expect('a.yml', content);
    area.write(content);
    expect(await linesOf(area.path, seen)).toEqual([]);
  });

  test('emits no event when it creates the file, or is renamed into place', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    directory.expect('new.yml', 'own');
    writeFileSync(area.at('new.yml'), 'own');
    directory.expect('a.yml', 'own');
    writeFileSync(area.at('.a.yml'), 'own');
    renameSync(area.at('.a.yml'), area.at('a.yml'));
    expect(await linesOf(area.path, seen)).toEqual([]);
  });

  test('emits no event to any stream of its watcher, and one to other watchers of the directory', async () => {
    await using area = await place();
    const basePath = area.path;
    const [own, other] = [0, 1].map(() => new ConfigFileWatcher('a.yml', { basePath })) as [
      ConfigFileWatcher,
      ConfigFileWatcher,
    ];
    const directory = new DirectoryWatcher(area.path);
    await using ownSeen = await record(own);
    await using ownToo = await record(own);
    await using otherSeen = await record(other);
    await using all = await record(directory);
    await using one = await record(directory.add('a.yml'));
    await using elsewhere = await record(new DirectoryWatcher(area.path));
    directory.expect('a.yml', 'own');
    own.expect('own');
    area.write('own');
    expect(await otherSeen.lineCount(1)).toEqual(['written a.yml']);
    expect(await elsewhere.lineCount(1)).toEqual(['written a.yml']);
    expect(await linesOf(area.path, all)).toEqual([]);
    area.write('foreign');
    for (const seen of [ownSeen, ownToo, all, one]) {
      await seen.until(({ lines }) => lines.includes('written a.yml'));
      expect(seen.lines.filter((line) => line.endsWith('a.yml'))).toEqual(['written a.yml']);
    }
  });

  test('is left out once: the same content is an event when others write it later', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    directory.expect('a.yml', 'own');
    area.write('own');
    expect(await linesOf(area.path, seen)).toEqual([]);
    area.write('foreign');
    await seen.lineCount(1);
    area.write('own');
    expect(await seen.lineCount(2)).toEqual(['written a.yml', 'written a.yml']);
  });

  test('does not hide a foreign write that follows it before the look', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    directory.expect('a.yml', 'own');
    area.write('own');
    area.write('foreign');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  });

  test.each([{ rewrites: false }, { rewrites: true }])(
    'does not hide that others restore the content before it: %o',
    async (options) => {
      await using area = await place();
      const directory = new DirectoryWatcher(area.path, options);
      await using seen = await record(directory);
      directory.expect('a.yml', 'own');
      area.write('own');
      area.write('old');
      expect(await linesOf(area.path, seen)).toEqual(['written a.yml']);
    },
  );

  test('does not hide that others delete the file it creates', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    directory.expect('new.yml', 'own');
    writeFileSync(area.at('new.yml'), 'own');
    unlinkSync(area.at('new.yml'));
    expect(await linesOf(area.path, seen)).toEqual(['deleted new.yml']);
  });

  test('is an event if a part of it, or a foreign write, was one before', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    directory.expect('a.yml', 'own content, in two parts');
    area.write('own content, ');
    await seen.lineCount(1);
    area.write('own content, in two parts');
    expect(await seen.lineCount(2)).toEqual(['written a.yml', 'written a.yml']);
  });

  test('brings an event up to date that waits for the consumer', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    const stream = directory.events();
    await using other = await record(new DirectoryWatcher(area.path));
    await stream.ready;
    unlinkSync(area.at('a.yml'));
    await until(() => stream.stats.buffered === 1, 'the deletion to wait');
    directory.expect('a.yml', 'own');
    area.write('own');
    await other.lineCount(2);
    await until(() => stream.stats.merged === 1, 'the write to be merged');
    await using seen = new Recorder(stream);
    expect(seen.lines).toEqual(['written a.yml']);
  });

  test('may follow another before the look: only the last has to be found', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    for (const content of ['third', 'fourth']) {
      directory.expect('a.yml', content);
      area.write(content);
    }
    expect(await linesOf(area.path, seen)).toEqual([]);
    area.write('third');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  });

  test('may be announced before the look that finds the one before it', async () => {
    await using area = await place();
    const options = { basePath: area.path, pollInterval: false } as const;
    const own = new ConfigFileWatcher('a.yml', options);
    await using seen = await record(own);
    await using other = await record(new ConfigFileWatcher('a.yml', options));
    own.expect('first');
    area.write('first');
    own.expect('second');
    await other.lineCount(1);
    area.write('second');
    await other.lineCount(2);
    area.write('foreign');
    await other.lineCount(3);
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  });

  test('that is withdrawn is an event, as any other write', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    const cancel = directory.expect('a.yml', 'own');
    expect([cancel(), cancel()]).toEqual([true, false]);
    area.write('own');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  });

  test('has ended, for its cancel function, once it was found', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    await using seen = await record(directory);
    const cancel = directory.expect('a.yml', 'own');
    area.write('own');
    await fence(area.path, seen);
    expect(cancel()).toBe(false);
  });

  test('is not recognized above contentLimit', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path, { contentLimit: 5 });
    await using seen = await record(directory);
    directory.expect('a.yml', 'longer');
    area.write('longer');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
  });

  test('leaves nothing out without an open stream', async () => {
    await using area = await place();
    const directory = new DirectoryWatcher(area.path);
    const file = new ConfigFileWatcher('a.yml', { basePath: area.path });
    const cancels = [directory.expect('a.yml', 'own'), file.expect('own')];
    await using seen = await record(directory);
    await using fileSeen = await record(file);
    area.write('own');
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    expect(await fileSeen.lineCount(1)).toEqual(['written a.yml']);
    expect(cancels.map((cancel) => cancel())).toEqual([false, false]);
  });
});

test('a stream that opens during an expected write gets the event: its consumer may have read a part', async () => {
  await using area = await place();
  const clock = new ManualClock(Date.now() + 86_400_000);
  const directory = new DirectoryWatcher(area.path, { clock, pollInterval: false });
  const systemTime = new DirectoryWatcher(area.path);
  await using first = await record(directory);
  await using notified = await record(systemTime);
  await using served = await record(systemTime.add('.served'));
  writeFileSync(area.at('b.yml'), 'foreign');
  await notified.lineCount(1);
  await using second = new Recorder(directory.events()); // waits until b.yml has settled
  writeFileSync(area.at('.served'), 'the stream was let in');
  await served.lineCount(1);
  await clock.advance(40);
  directory.expect('a.yml', 'own');
  area.write('own');
  await notified.lineCount(2);
  await clock.advance(10);
  await second.stream.ready;
  expect(first.lines).toEqual(['created b.yml']);
  await until(() => {
    void clock.advance(10);
    return second.lines.length > 0;
  }, 'the event');
  expect(second.lines).toEqual(['written a.yml']);
});

testWith(await whyNoFuse())(
  'an expected write is left out after a fault of the file system, too',
  async () => {
    await using area = await fuseMount();
    const clock = new ManualClock(Date.now() + 86_400_000);
    const options = { basePath: area.path, clock, polling: true };
    const own = new ConfigFileWatcher('new.yml', options);
    await using seen = await record(own);
    await using other = await record(new ConfigFileWatcher('new.yml', options));
    const advanceUntil = (condition: () => boolean, what: string) =>
      until(() => {
        void clock.advance(100);
        return condition();
      }, what);
    own.expect('own');
    area.stop();
    writeFileSync(area.behind('new.yml'), 'own');
    await advanceUntil(() => seen.errorCodes.length > 0, 'the fault');
    const end = clock.monotonic() + 20_000;
    await advanceUntil(() => clock.monotonic() > end, 'the forced look');
    area.resume();
    await advanceUntil(() => other.lines.length > 0, 'the event of the other watcher');
    expect(other.lines).toEqual(['created new.yml']);
    expect(seen.lines).toEqual([]);
  },
);

describe('an expected write that does not happen', () => {
  test('of a file that no stream asks for takes no place for longer', async () => {
    await using area = await place();
    const clock = new ManualClock(Date.now() + 86_400_000);
    const directory = new DirectoryWatcher(area.path, { clock, ignore: /^ignored/ });
    await using _ = await record(directory);
    for (let i = 0; i < MAX_PENDING; i++) directory.expect(`ignored-${i}`, 'own');
    expect(() => directory.expect('a.yml', 'own')).toThrow(/expected writes/);
    for (let passed = 0; passed < 14_000; passed += 100) {
      await clock.advance(100);
      await until(() => clock.pending > 0, 'the look to end');
    }
    expect(() => directory.expect('a.yml', 'own')).not.toThrow();
  });

  test('is an event after 10 s, the poll interval and forty settle times', async () => {
    await using area = await place();
    const clock = new ManualClock(Date.now() + 86_400_000);
    const directory = new DirectoryWatcher(area.path, { clock, polling: true });
    await using seen = await record(directory);
    const cancel = directory.expect('a.yml', 'own');
    const advance = async (ms: number) => {
      await clock.advance(ms);
      await until(() => clock.pending > 0, 'the look to end');
    };
    for (let passed = 0; passed < 12_900; passed += 100) await advance(100);
    expect(seen.lines).toEqual([]);
    for (let passed = 0; passed < 300; passed += 50) await advance(50);
    expect(await seen.lineCount(1)).toEqual(['written a.yml']);
    expect(cancel()).toBe(false);
    for (let passed = 0; passed < 15_000; passed += 500) await advance(500);
    expect(seen.lines).toEqual(['written a.yml']);
  });

  test('stays expected while a look finds the file untouched', async () => {
    await using area = await place();
    const clock = new ManualClock(Date.now() + 30_000);
    const directory = new DirectoryWatcher(area.path, { clock, polling: true });
    await using seen = await record(directory);
    await clock.advance(1000); // the file is young: it is read again though its times are the same
    const cancel = directory.expect('a.yml', 'own');
    for (let passed = 0; passed < 8000; passed += 50) {
      await clock.advance(50);
      await until(() => clock.pending > 0, 'the look to end');
    }
    expect(seen.lines).toEqual([]);
    expect(cancel()).toBe(true);
  });
});

test('no more than 1,000 writes are expected at a time', async () => {
  await using area = await place();
  const directory = new DirectoryWatcher(area.path);
  await using _ = await record(directory);
  const cancels = Array.from({ length: MAX_PENDING }, (_, i) => directory.expect(`${i}.yml`, 'own'));
  expect(() => directory.expect('one-more.yml', 'own')).toThrow(
    expect.objectContaining({ code: 'TOO_MANY_EXPECTATIONS' }),
  );
  cancels[0]?.();
  expect(() => directory.expect('one-more.yml', 'own')).not.toThrow();
});

test.each([
  ['../a.yml', 'own'],
  ['a.yml', 5],
  ['a.yml', undefined],
])('expect(%o, %o) is refused', async (name, content) => {
  const expectIt = () => new DirectoryWatcher('.').expect(name, content as string);
  expect(expectIt).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
