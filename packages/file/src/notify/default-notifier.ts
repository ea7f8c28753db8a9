import { chokidarNotifier, NotifierUnavailable } from './chokidar-notifier.ts';
import { fsWatchNotifier } from './fs-watch-notifier.ts';
import type { ChangeNotifier } from './notifier.ts';

/** chokidar; `fs.watch` where chokidar cannot be loaded, with the reason. */
export const defaultNotifier: ChangeNotifier = {
  async watch(directory, sink) {
    try {
      return await chokidarNotifier.watch(directory, sink);
    } catch (error) {
      if (!(error instanceof NotifierUnavailable)) throw error;
      return { ...(await fsWatchNotifier.watch(directory, sink)), fallbackReason: error };
    }
  },
};
