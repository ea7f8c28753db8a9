import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { DirectoryWatcher } from '../../src/index.ts';
import { pollFence } from '../support/fence.ts';
import { playground } from '../support/playground.ts';
import { record } from '../support/recorder.ts';
import { unprivileged } from '../support/unprivileged.ts';

const polled = { pollInterval: 50 };
/** What may be done in a directory: all, look at names that one knows, or learn the names alone. */
const [ALL, SEARCHED, LISTED] = [0o700, 0o300, 0o600];

describe('a fault of a file that is not there', () => {
  test('is over when it may be looked for again, and is told again when it is back', async () => {
    await using place = await playground();
    await unprivileged([place.path], async () => {
      const directory = new DirectoryWatcher(place.path, polled);
      await using keeper = await record(directory.add('fence'));
      await using first = await record(directory.add('a.yml'));
      for (let times = 1; times <= 2; times++) {
        await chmod(place.path, LISTED);
        await first.until(({ errors }) => errors.length === times);
        await chmod(place.path, ALL);
        await pollFence(place.path, keeper);
      }
      await using second = await record(directory.add('a.yml'));
      expect(second.errors.map(({ message }) => message)).toEqual([]);
    });
  });
});

describe('a directory in which one may look at names, and may not list them,', () => {
  test('has its single files told by the poll, though somebody asks for every file', async () => {
    await using place = await playground();
    await writeFile(place.at('a.yml'), 'one');
    await unprivileged([place.path, place.at('a.yml')], async () => {
      await chmod(place.path, SEARCHED);
      const directory = new DirectoryWatcher(place.path, polled);
      await using one = await record(directory.add('a.yml'));
      await using all = await record(directory);
      await writeFile(place.at('a.yml'), 'two');
      expect(await one.lineCount(1)).toEqual(['written a.yml']);
      const messages = [one, all].map(({ errors }) => errors.map(({ message }) => message).join());
      expect(messages, 'one asks for no list').toEqual([
        expect.not.stringContaining('Cannot list'),
        expect.stringContaining('Cannot list'),
      ]);
    });
  });

  test('is no fault any more once nobody asks for every file', async () => {
    await using place = await playground();
    await unprivileged([place.path], async () => {
      await chmod(place.path, SEARCHED);
      const directory = new DirectoryWatcher(place.path, polled);
      await using one = await record(directory.add('fence'));
      const all = await record(directory);
      await all.stream.close();
      await chmod(place.path, ALL);
      await pollFence(place.path, one);
      await using later = await record(directory.add('a.yml'));
      expect(later.errors.map(({ message }) => message)).toEqual([]);
    });
  });
});
