import { systemClock } from '@watcher/core';
import type { FSWatcher } from 'chokidar';
import { faultOf } from '../system/faults.ts';
import type { ChangeNotifier, NotificationSink } from './notifier.ts';
import { countNotification, endOutdated, register } from './subscriptions.ts';

/**
 * Notifications from chokidar, which is loaded with the first subscription.
 *
 * Only chokidar's `raw` event is used: it carries everything that the system reports, and immediately. chokidar's
 * conclusions come later, and the snapshot draws its own. So all entries are `ignored`: chokidar looks at none of
 * them, and keeps one OS watch. `raw` is documented as unstable, hence the narrow range of versions; the suite of
 * notifiers guards what is used of it.
 *
 * @throws {NotifierUnavailable} from `watch`, when chokidar cannot be loaded or set up
 */
export const chokidarNotifier: ChangeNotifier = {
  async watch(directory, sink) {
    await endOutdated(directory);
    const watcher = await createWatcher(directory.path);
    const close = register({ directory, sink, close: () => closeWithin(CLOSE_LIMIT_MS, watcher) });
    forwardRaw(watcher, sink);
    try {
      await watched(watcher);
    } catch (error) {
      await close();
      throw error;
    }
    watcher.on('error', (error) => {
      if (isWatchError(error, directory.path)) sink.ended(error);
    });
    return { close };
  },
};

/** chokidar cannot be used at all in this process. */
export class NotifierUnavailable extends Error {
  readonly code = 'NOTIFIER_UNAVAILABLE';
}

async function createWatcher(path: string): Promise<FSWatcher> {
  try {
    const { watch } = await import('chokidar');
    // By `cwd`, because chokidar replaces each backslash of a path by a slash.
    const options = {
      cwd: path,
      depth: 0,
      atomic: false,
      ignored: (entry: string) => !isSamePath(entry, path),
    };
    const watcher = watch('.', options);
    // Skips chokidar's own list of the directory, which takes 40 µs of CPU for each entry. Without this method a later
    // version lists again, and nothing else changes.
    watcher.createScanStream = () => undefined;
    return watcher;
  } catch (error) {
    throw new NotifierUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function isSamePath(given: string, path: string): boolean {
  return given.replaceAll('\\', '/') === path.replaceAll('\\', '/');
}

function forwardRaw(watcher: FSWatcher, sink: NotificationSink): void {
  watcher.on('raw', (kind, name, details) => {
    // Without a watched path it comes from chokidar's own polling, which CHOKIDAR_USEPOLLING turns on.
    const isNative = typeof (details as { watchedPath?: unknown } | undefined)?.watchedPath === 'string';
    if (isNative && typeof name === 'string') sink.changed(name, kind === 'rename');
    else sink.changedAny();
    countNotification();
  });
}

/**
 * Resolves once the OS watch exists. chokidar emits `addDir` for the directory right before it opens the watch, in
 * the same turn, and goes on to list the directory. `ready` without `addDir` means that there is no directory.
 */
async function watched(watcher: FSWatcher): Promise<void> {
  let failure: unknown;
  const found = await new Promise<boolean>((resolve) => {
    watcher.on('addDir', () => resolve(true));
    watcher.on('ready', () => resolve(false));
    watcher.on('error', (error) => {
      failure ??= error;
      resolve(true);
    });
  });
  if (failure !== undefined) throw failure;
  if (!found) throw faultOf('ENOENT');
}

/** Whether the system refuses or ends the watch of the directory. */
function isWatchError(error: unknown, path: string): boolean {
  const { syscall, path: failed, filename } = error as NodeJS.ErrnoException & { filename?: string };
  return syscall === 'watch' && (failed === path || filename === path);
}

/**
 * Closes the OS watch immediately, and waits for chokidar to finish. That may take forever on a file system that does
 * not answer, since chokidar waits for its own calls.
 */
async function closeWithin(limit: number, watcher: FSWatcher): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.setTimeout(resolve, limit);
  await Promise.race([watcher.close().catch(() => {}), late]);
  systemClock.clearTimeout(timer);
}

const CLOSE_LIMIT_MS = 1000;
