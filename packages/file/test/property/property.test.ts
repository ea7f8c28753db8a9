import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { fence, pollFence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { EventReader, listing } from './reader.ts';

const run = promisify(execFile);
const operate = fileURLToPath(new URL('operate.mjs', import.meta.url));

const OPERATIONS = 60;
/** Set to try others, or one that failed. */
const seeds = process.env['WATCHER_SEEDS']?.split(',').map(Number) ?? [1, 2, 3, 4];

const modes: [string, FileWatcherOptions, repeats: boolean][] = [
  ['the defaults', {}, false],
  ['polling', { polling: true, pollInterval: 50 }, false],
  // Of a write under another name of a file the system gives no notice.
  ['the system alone, and no hard links', { pollInterval: false }, false],
  ['rewrites, and contents that come back', { rewrites: true }, true],
];

describe.concurrent.each(modes)('with %s', (_, options, repeats) => {
  test.each(seeds)(
    'whoever knows files by their events alone knows what is in them (seed %i)',
    async (seed) => {
      await using place = await playground();
      const directory = place.at('config');
      await mkdir(directory);
      const watcher = new DirectoryWatcher(directory, options);

      const isShown = (name: string) => !name.startsWith('.');
      const all = new EventReader(directory, isShown);
      await using recorder = await record(watcher, { onEvent: (event) => all.take(event) });
      const isOne = ['a.yml', '.hidden'].map((own) => (name: string) => name === own);
      const [one, hidden] = isOne.map((is) => new EventReader(directory, is)) as [EventReader, EventReader];
      await using _one = await record(watcher.add('a.yml'), { onEvent: (event) => one.take(event) });
      await using _hidden = await record(watcher.add('.hidden'), { onEvent: (event) => hidden.take(event) });

      await run(process.execPath, [
        operate,
        directory,
        `${seed}`,
        `${OPERATIONS}`,
        `${repeats}`,
        `${options.pollInterval !== false}`,
      ]);
      await (options.pollInterval === false ? fence : pollFence)(directory, recorder);
      for (const [reader, isOurs] of [
        [all, isShown],
        [one, isOne[0] as typeof isShown],
        [hidden, isOne[1] as typeof isShown],
      ] as const) {
        const log = reader.log.join('\n');
        expect(sorted(reader.files), log).toEqual(sorted(listing(directory, isOurs)));
        expect(reader.nonsense, log).toEqual([]);
      }
    },
  );
});

/** Short enough to be read: no two contents begin alike. */
function sorted(files: ReadonlyMap<string, string | undefined>): string[] {
  const lines = [...files].map(([name, content]) => `${name}: ${content?.slice(0, 12)} (${content?.length})`);
  return lines.filter((line) => !line.startsWith('fence:')).toSorted();
}
