import type { Watcher, WatchOptions, WatchStream } from '@watcher/core';
import type { FileEvent } from '@watcher/events';

/**
 * Watches one file of a directory, by its name: whatever is done to it, replaced, deleted or made again. Given by
 * `DirectoryWatcher.add`.
 */
export class FileWatcher implements Watcher<FileEvent> {
  /** Relative to its directory. */
  readonly name: string;
  readonly #open: (options?: WatchOptions) => WatchStream<FileEvent>;

  /** @internal */
  constructor(name: string, open: (options?: WatchOptions) => WatchStream<FileEvent>) {
    this.name = name;
    this.#open = open;
  }

  /** A stream of this file. */
  events(options?: WatchOptions): WatchStream<FileEvent> {
    return this.#open(options);
  }
}
