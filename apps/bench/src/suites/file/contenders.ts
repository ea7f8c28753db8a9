import { watch } from 'node:fs';
import { basename } from 'node:path';

/** Watches a directory, and is ready when it resolves; with what ends it. `onEvent` is told the name of a file. */
export type Contender = (directory: string, onEvent: (name: string) => void) => Promise<() => Promise<void>>;

/** Milliseconds that those who wait for a file to settle wait: the default of @watcher/file. */
export const SETTLE = 50;

// Each imports what it needs as it begins, so that its memory is counted as its own.
export const contenders: Record<string, Contender> = {
  'fs.watch': async (directory, onEvent) => {
    const watcher = watch(directory, (_, name) => name !== null && onEvent(name));
    return async () => watcher.close();
  },
  chokidar: (directory, onEvent) => chokidar(directory, onEvent, {}),
  'chokidar, awaitWriteFinish': (directory, onEvent) =>
    chokidar(directory, onEvent, {
      awaitWriteFinish: { stabilityThreshold: SETTLE, pollInterval: SETTLE / 5 },
    }),
  '@parcel/watcher': async (directory, onEvent) => {
    const { default: parcel } = await import('@parcel/watcher');
    const subscription = await parcel.subscribe(directory, (error, events) => {
      if (error) throw error;
      for (const { path } of events) onEvent(basename(path));
    });
    return () => subscription.unsubscribe();
  },
  '@watcher/file': async (directory, onEvent) => {
    const { DirectoryWatcher } = await import('@watcher/file');
    const stream = new DirectoryWatcher(directory).events();
    stream.subscribe({ push: ({ actorName }) => onEvent(actorName) });
    await stream.ready;
    return () => stream.close();
  },
};

async function chokidar(
  directory: string,
  onEvent: (name: string) => void,
  options: object,
): Promise<() => Promise<void>> {
  const { watch: open } = await import('chokidar');
  const watcher = open(directory, { ignoreInitial: true, ...options });
  await new Promise((resolve) => watcher.once('ready', () => resolve(undefined)));
  watcher.on('all', (_, path) => onEvent(basename(path)));
  return () => watcher.close();
}
