import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ConfigFileWatcher, DirectoryWatcher } from '../src/index.ts';
import type { DirectoryDiagnostic } from '../src/observation/diagnostics.ts';
import { osWatches } from './support/os-watches.ts';
import { playground } from './support/playground.ts';
import { record } from './support/recorder.ts';

/** How many directories were begun to be watched while `act` ran. */
async function opened(act: () => Promise<void>): Promise<number> {
  let count = 0;
  const listen = (message: unknown) => {
    if ((message as DirectoryDiagnostic).state === 'opened') count++;
  };
  subscribe('watcher:file:directory', listen);
  try {
    await act();
  } finally {
    unsubscribe('watcher:file:directory', listen);
  }
  return count;
}

describe('one observation of a directory', () => {
  test('is shared by all streams of it, and ended with the last', async () => {
    await using place = await playground();
    const directory = new DirectoryWatcher(place.path);
    const watchers = [directory, directory.add('a.yml'), directory.add('b.yml')];
    const useAll = async () => {
      const streams = watchers.map((watcher) => watcher.events());
      await Promise.all(streams.map(({ ready }) => ready));
      await Promise.all(streams.map((stream) => stream.close()));
    };
    expect(await opened(useAll)).toBe(1);
    expect(await opened(useAll)).toBe(1);
  });

  test('is shared by all ConfigFileWatchers of one base path, however it is spelled', async () => {
    await using place = await playground();
    await mkdir(place.at('config'));
    const basePaths = [place.at('config'), `${place.path}/config/`, `${place.path}/./x/../config`];
    const useAll = async () => {
      const streams = basePaths.map((basePath, i) =>
        new ConfigFileWatcher(`${i}.yml`, { basePath }).events(),
      );
      await Promise.all(streams.map(({ ready }) => ready));
      await Promise.all(streams.map((stream) => stream.close()));
    };
    expect(await opened(useAll)).toBe(1);
    expect(await opened(useAll)).toBe(1);
  });
});

describe('one OS watch per directory', () => {
  test('is held however many streams, watchers and files there are, from the first to the last', async () => {
    await using place = await playground();
    for (let i = 0; i < 50; i++) await writeFile(place.at(`${i}.yml`), 'x');
    const before = osWatches();
    const directory = new DirectoryWatcher(place.path);
    expect(osWatches()).toBe(before);
    const streams = [directory, directory, directory.add('1.yml'), directory.add('2.yml')].map((w) =>
      w.events(),
    );
    await Promise.all(streams.map(({ ready }) => ready));
    expect(osWatches()).toBe(before + 1);
    const last = streams.pop();
    await Promise.all(streams.map((stream) => stream.close()));
    expect(osWatches()).toBe(before + 1);
    await last?.close();
    expect(osWatches()).toBe(before);
  });

  test('is held while a directory is missing too, on one above', async () => {
    await using place = await playground();
    const before = osWatches();
    await using _ = await record(new DirectoryWatcher(place.at('one', 'two')));
    expect(osWatches()).toBe(before + 1);
  });

  test('is none at all when polling', async () => {
    await using place = await playground();
    const before = osWatches();
    await using _ = await record(new DirectoryWatcher(place.path, { polling: true }));
    await using _missing = await record(new DirectoryWatcher(place.at('missing'), { polling: true }));
    expect(osWatches()).toBe(before);
  });

  test('is gone after a stream is aborted at any moment of its opening', async () => {
    await using place = await playground();
    const before = osWatches();
    for (let turns = 0; turns < 25; turns++) {
      const stream = new DirectoryWatcher(place.path).events();
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      await stream.close();
      expect(osWatches()).toBe(before);
    }
  });
});

describe('conflicting options of one base path', () => {
  test.each([
    ['settleTime', { settleTime: 10 }],
    ['pollInterval', { pollInterval: 10 }],
    ['pollInterval', { pollInterval: false }],
    ['polling', { polling: true }],
    ['ignore', { ignore: /x/ }],
    ['rewrites', { rewrites: true }],
    ['contentLimit', { contentLimit: 10 }],
  ] as const)(
    'in %s are an error that names it, at construction and at events()',
    async (option, options) => {
      await using place = await playground();
      const basePath = place.path;
      const later = new ConfigFileWatcher('c.yml', { basePath, ...options });
      await using _ = await record(new ConfigFileWatcher('a.yml', { basePath }));
      const conflict = expect.objectContaining({
        code: 'CONFLICTING_OPTIONS',
        source: basePath,
        message: expect.stringContaining(`"${option}"`),
      });
      expect(() => new ConfigFileWatcher('b.yml', { basePath, ...options })).toThrow(conflict);
      expect(() => later.events()).toThrow(conflict);
    },
  );

  test('are none once nothing is open any more, nor where the options are the same', async () => {
    await using place = await playground();
    const basePath = place.path;
    const first = await record(new ConfigFileWatcher('a.yml', { basePath, ignore: /x/i }));
    expect(() => new ConfigFileWatcher('b.yml', { basePath, ignore: /x/i, settleTime: 50 })).not.toThrow();
    expect(() => new ConfigFileWatcher('b.yml', { basePath, ignore: /x/ })).toThrow();
    await first.stream.close();
    expect(() => new ConfigFileWatcher('b.yml', { basePath, ignore: /x/ })).not.toThrow();
  });

  test('are none from the very moment that the last stream is aborted or closed', async () => {
    await using place = await playground();
    const basePath = place.path;
    const controller = new AbortController();
    const first = await record(new ConfigFileWatcher('a.yml', { basePath }), { signal: controller.signal });
    controller.abort();
    const second = new ConfigFileWatcher('a.yml', { basePath, settleTime: 1 }).events();
    const closing = second.close();
    await using _ = await record(new ConfigFileWatcher('a.yml', { basePath, settleTime: 2 }));
    await closing;
    await first.stream.closed;
    expect(() => new ConfigFileWatcher('a.yml', { basePath, settleTime: 1 })).toThrow(/"settleTime"/);
  });

  test('are none after a stream that was aborted before it began', async () => {
    await using place = await playground();
    const basePath = place.path;
    await new ConfigFileWatcher('a.yml', { basePath }).events({ signal: AbortSignal.abort() }).closed;
    expect(() => new ConfigFileWatcher('b.yml', { basePath, settleTime: 1 })).not.toThrow();
  });
});
