import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ConfigFileWatcher, DirectoryWatcher, type FileWatcherOptions } from '../src/index.ts';
import { playground } from './support/playground.ts';
import { record } from './support/recorder.ts';

test('a pino logger is taken as it is, with what it has in common with all its lines', async () => {
  await using place = await playground();
  const path = place.at('config');
  const lines: Record<string, unknown>[] = [];
  const root = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const options: FileWatcherOptions = { logger: root };
  const child: FileWatcherOptions = { logger: root.child({ app: 'proxy' }) };
  const custom: FileWatcherOptions = { logger: pino({ customLevels: { audit: 35 }, enabled: false }) };
  new DirectoryWatcher(path, custom);
  new ConfigFileWatcher('a.yml', { basePath: path, ...child });

  await using seen = await record(new DirectoryWatcher(path, options));
  await seen.stream.close();
  expect(lines).toMatchObject([
    { level: 20, source: path, msg: 'directory watcher opened' },
    {
      level: 40,
      source: path,
      path,
      code: 'DIRECTORY_MISSING',
      // By pino's own serializer of `err`.
      err: {
        type: 'WatcherError',
        message: expect.stringContaining('no such directory'),
        code: 'DIRECTORY_MISSING',
      },
      msg: 'directory watcher: cannot watch',
    },
    { level: 20, source: path, msg: 'directory watcher closed' },
  ]);
});
