import { unlink, writeFile } from 'node:fs/promises';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test, vi } from 'vitest';
import { DirectoryWatcher, type FileWatcher } from '../../src/index.ts';
import { Doubts } from '../../src/picture/settle.ts';
import { Survey } from '../../src/picture/survey.ts';
import { pollFence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { Recorder, record } from '../support/recorder.ts';
import { until } from '../support/wait.ts';

/** Turns the clock until something holds. */
async function turnUntil(clock: ManualClock, condition: () => boolean, what: string): Promise<void> {
  await until(() => {
    void clock.advance(10);
    return condition();
  }, what);
}

describe('a file that is new, and not told yet, when a stream of it alone begins', () => {
  test.each([
    ['by notice', { pollInterval: false }],
    ['by the poll', { polling: true, pollInterval: 1000 }],
  ] as const)('is told to the stream of every file all the same (%s)', async (_, options) => {
    await using place = await playground();
    const clock = new ManualClock();
    const directory = new DirectoryWatcher(place.path, { ...options, clock });
    await using all = await record(directory);
    await writeFile(place.at('a.yml'), 'new');
    await using one = directory.add('a.yml').events();
    let ready = false;
    void one.ready.then(() => {
      ready = true;
    });
    await turnUntil(clock, () => ready, 'the stream of one file to be ready');
    await turnUntil(clock, () => all.lines.length > 0, 'the new file to be told');
    expect(all.lines).toEqual(['created a.yml']);
    expect(one.stats.received, 'it was there when the stream was ready').toBe(0);
  });
});

/** Holds the next call of a method of the survey at its beginning or at its end, as a slow disk would. */
function held(at: 'beginning' | 'end', method: 'take' | 'lookAt') {
  const original = Survey.prototype[method] as (...args: unknown[]) => Promise<void>;
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const spy = vi.spyOn(Survey.prototype, method);
  spy.mockImplementationOnce(async function (this: Survey, ...args: unknown[]) {
    if (at === 'end') await original.apply(this, args);
    begun.resolve();
    await released.promise;
    if (at === 'beginning') await original.apply(this, args);
  });
  return {
    begun: begun.promise,
    [Symbol.dispose]: () => {
      released.resolve();
      spy.mockRestore();
    },
  };
}

describe('a stream that leaves', () => {
  async function scene(pollInterval: number | false) {
    const place = await playground();
    await writeFile(place.at('a.yml'), 'one');
    const directory = new DirectoryWatcher(place.path, { pollInterval });
    const keeper = await record(directory.add('keep.yml'));
    return {
      place,
      directory,
      /** Resolves when all that was done before has been seen to: one loop serves every stream of a directory. */
      async served(): Promise<void> {
        const count = keeper.lines.length + 1;
        await writeFile(place.at('keep.yml'), `${count}`);
        await keeper.lineCount(count);
      },
      async [Symbol.asyncDispose]() {
        await keeper.stream.close();
        await place[Symbol.asyncDispose]();
      },
    };
  }

  async function leaveWhileCovered(watcher: DirectoryWatcher | FileWatcher): Promise<void> {
    using take = held('beginning', 'take');
    const stream = watcher.events();
    await take.begun;
    await stream.close();
  }

  test('while its file is taken note of leaves nothing stale for the next', async () => {
    await using it = await scene(false);
    await leaveWhileCovered(it.directory.add('a.yml'));
    await it.served();
    await unlink(it.place.at('a.yml'));
    await using seen = await record(it.directory.add('a.yml'));
    await writeFile(it.place.at('a.yml'), 'one');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
  });

  test('while every file is taken note of leaves nothing stale for the next', async () => {
    await using it = await scene(300);
    await leaveWhileCovered(it.directory);
    await it.served();
    await unlink(it.place.at('a.yml'));
    await writeFile(it.place.at('b.yml'), 'there before the second stream');
    await it.served();
    await using seen = await record(it.directory);
    await pollFence(it.place.path, seen);
    expect(
      seen.lines.filter((line) => !line.endsWith('keep.yml')),
      'nothing has happened since',
    ).toEqual([]);
  });

  test('while its file is looked at leaves nothing stale for the next', async () => {
    await using it = await scene(false);
    const first = await record(it.directory.add('a.yml'));
    {
      using look = held('end', 'lookAt');
      await writeFile(it.place.at('a.yml'), 'two');
      await look.begun;
      await first.stream.close();
    }
    await it.served();
    await unlink(it.place.at('a.yml'));
    await using seen = await record(it.directory.add('a.yml'));
    await writeFile(it.place.at('a.yml'), 'two');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
  });
});

describe('a stream that begins while others are', () => {
  test('knows what has changed unnoticed: that it is put back is told', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'one');
    const clock = new ManualClock();
    const directory = new DirectoryWatcher(place.path, { clock, polling: true, pollInterval: 60_000 });
    await using first = await record(directory);
    await writeFile(place.at('a.yml'), 'two');
    await using second = new Recorder(directory.events());
    await until(() => clock.next === 50, 'it to be in doubt');
    await clock.advance(50);
    await second.stream.ready;
    await writeFile(place.at('a.yml'), 'one');
    await clock.advance(60_000);
    await until(() => clock.next === 50, 'it to be in doubt again');
    await clock.advance(50);
    expect(await second.lineCount(1)).toEqual(['written a.yml']);
    expect(first.lines).toEqual(['written a.yml', 'written a.yml']);
  });

  test('is told of what comes into doubt before it is ready, and is undone after', async () => {
    await using place = await playground();
    for (const name of ['a.yml', 'b.yml']) await writeFile(place.at(name), 'one');
    // By this clock the files are old: nothing is in doubt for having just been written.
    const clock = new ManualClock(Date.now() + 86_400_000);
    const directory = new DirectoryWatcher(place.path, { clock, pollInterval: false, settleTime: 1000 });
    await using first = await record(directory);
    const hinted = vi.spyOn(Doubts.prototype, 'hint');
    using _ = { [Symbol.dispose]: () => hinted.mockRestore() };
    const noticed = (...names: string[]) =>
      until(() => names.every((name) => hinted.mock.calls.some(([each]) => each === name)), `${names}`);
    await writeFile(place.at('b.yml'), 'two');
    await noticed('b.yml');
    await using second = new Recorder(directory.events());
    {
      using covered = held('end', 'take');
      await covered.begun;
    }
    await clock.advance(900);
    await writeFile(place.at('a.yml'), 'two');
    await writeFile(place.at('new.yml'), 'two');
    await noticed('a.yml', 'new.yml');
    await clock.advance(100);
    await second.stream.ready;
    // Its consumer reads them now.
    await writeFile(place.at('a.yml'), 'one');
    await unlink(place.at('new.yml'));
    await turnUntil(clock, () => second.lines.length === 2, 'both to be told');
    expect(second.lines.toSorted()).toEqual(['deleted new.yml', 'written a.yml']);
    expect(first.lines).toEqual(['written b.yml']);
  });
});
