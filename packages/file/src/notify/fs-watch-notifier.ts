import { watch } from 'node:fs';
import type { ChangeNotifier } from './notifier.ts';
import { countNotification, register } from './subscriptions.ts';

/** Notifications from Node's `fs.watch`: the reference for other notifiers, and the fallback without chokidar. */
export const fsWatchNotifier: ChangeNotifier = {
  async watch(directory, sink) {
    const watcher = watch(directory.path);
    const close = register({
      directory,
      sink,
      async close() {
        watcher.removeAllListeners();
        watcher.on('error', () => {});
        watcher.close();
      },
    });
    watcher.on('change', (kind, name) => {
      if (typeof name === 'string') sink.changed(name, kind === 'rename');
      else sink.changedAny();
      countNotification();
    });
    watcher.on('error', (error) => sink.ended(error));
    return { close };
  },
};
