import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Action, type FileEvent } from '@watcher/events';
import { type ContractSubject, watcherContract } from '@watcher/testing/contract';
import { describe, test } from 'vitest';
import { DirectoryWatcher, type FileWatcherOptions } from '../src/index.ts';
import { playground } from './support/playground.ts';

/** Each actor is a file; a change of it makes it. */
async function directorySubject(options?: FileWatcherOptions): Promise<ContractSubject<FileEvent>> {
  const root = await playground();
  const path = root.at('config');
  await mkdir(path);
  const watcher = new DirectoryWatcher(path, options);
  return {
    watcher,
    type: 'file',
    source: path,
    async change(actor) {
      const actorName = `actor-${actor}.yml`;
      await writeFile(join(path, actorName), `${actor}`);
      return { action: Action.FileCreated, actorName };
    },
    async disturb() {
      await using witness = watcher.events();
      await witness.ready;
      await rename(path, root.at('away'));
      for await (const _ of witness.errors) break;
      await rename(root.at('away'), path);
    },
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}

describe.each<[string, FileWatcherOptions]>([
  ['with the defaults', {}],
  ['polling', { polling: true, pollInterval: 20 }],
])('DirectoryWatcher, %s, keeps the contract', (_, options) => {
  const cases = watcherContract<FileEvent>({ begin: () => directorySubject(options), disturbs: true });
  for (const { name, run } of cases) test(name, run);
});
