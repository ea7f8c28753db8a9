import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { playground } from '../support/playground.ts';
import { EventReader, listing } from './reader.ts';

const run = promisify(execFile);
const operate = fileURLToPath(new URL('operate.mjs', import.meta.url));

const OPERATIONS = 60;
/** Set to try others, or one that failed. */
const seeds = process.env['WATCHER_SEEDS']?.split(',').map(Number) ?? [1, 2, 3, 4];

const modes: [string, FileWatcherOptions, repeats: boolean][] = [
  ['the defaults', {}, false],
  ['polling', { polling: true, pollInterval: 50 }, false],
  ['the system alone', { pollInterval: false }, false],
  ['rewrites, and contents that come back', { rewrites: true }, true],
];

describe.concurrent.each(modes)('with %s', (_, options, repeats) => {
  test.each(seeds)(
    'whoever knows the directory by its events alone knows what is in it (seed %i)',
    async (seed) => {
      await using place = await playground();
      const directory = place.at('config');
      await mkdir(directory);
      await using stream = new DirectoryWatcher(directory, options).events();
      await stream.ready;
      const reader = new EventReader(directory);
      stream.subscribe({ push: (event) => reader.take(event) });
      await run(process.execPath, [operate, directory, `${seed}`, `${OPERATIONS}`, `${repeats}`]);
      await reader.fence();
      expect(Object.fromEntries(reader.files), reader.log.join('\n')).toEqual(
        Object.fromEntries(listing(directory)),
      );
      expect(reader.nonsense).toEqual([]);
    },
  );
});
