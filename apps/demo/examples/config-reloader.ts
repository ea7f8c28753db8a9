import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FileEvent } from '@watcher/events';
import { ConfigFileWatcher } from '@watcher/file';
import { EventQueue } from '@watcher/queue';

export interface ConfigReloaderOptions<T> {
  readonly path: string;
  /** Reads the text of the file. Throws for a configuration that is not valid. */
  readonly parse: (text: string) => T;
  /** Receives each valid configuration. */
  readonly onConfig: (config: T) => void | Promise<void>;
  /** Receives each reason why the last good configuration stays. */
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Loads a configuration file, and loads it again after each change: once for the saves of half a second, and only if
 * it is valid. The last good configuration stays while the file is missing or wrong.
 *
 * Resolves after `signal` is aborted.
 *
 * @throws {WatcherError} if the file can never be watched
 */
export async function reloadConfig<T>(options: ConfigReloaderOptions<T>): Promise<void> {
  const { path, parse, onConfig, onError, signal } = options;
  const watcher = new ConfigFileWatcher(basename(path), { basePath: dirname(path) });
  const stream = watcher.events({ signal, onError });
  let last: string | undefined;

  const queue = new EventQueue<FileEvent>({
    flushInterval: 500,
    quietPeriod: 100,
    signal,
    // An event is a reason to read the file: its content is the one truth.
    onFlush: async () => {
      const text = await readFile(path, 'utf8');
      if (text === last) return;
      const config = parse(text);
      await onConfig(config);
      last = text;
    },
    onError,
  });
  queue.start(stream);
  // Subscribed first, read afterwards: nothing falls in between.
  stream.ready.then(
    () => queue.push(stream.reload('rescan')),
    () => {}, // `closed` reports it
  );
  const { reason, error } = await stream.closed;
  await queue.close();
  if (reason === 'failed') throw error;
}
