import {
  invalidOption,
  type Watcher,
  WatcherError,
  type WatchOptions,
  type WatchStream,
} from '@watcher/core';
import type { FileEvent } from '@watcher/events';
import { absoluteBasePath } from './base-path.ts';
import { directoryOption, fileNameOption } from './directory-watcher.ts';
import { SharedDirectory } from './observation/shared-directory.ts';
import {
  conflictingOption,
  type FileWatcherOptions,
  isObject,
  type Settings,
  settingsOf,
} from './options.ts';

export interface ConfigFileWatcherOptions extends FileWatcherOptions {
  /** The directory that the file is directly in. It need not exist yet. */
  readonly basePath: string;
}

/** The directories that are being watched right now, by their resolved paths. Forgotten with the last stream. */
const shared = new Map<string, SharedDirectory>();

/**
 * Watches one configuration file. All under one `basePath` share one OS watch, wherever in the process they are made
 * from the same copy of this package; what is imported and what is required are two.
 *
 * @example
 * ```ts
 * const watcher = new ConfigFileWatcher('routes.yml', { basePath: './config' });
 * for await (const event of watcher.events({ signal })) await load(event.actorName);
 * ```
 */
export class ConfigFileWatcher implements Watcher<FileEvent> {
  /** Relative to its base path. */
  readonly name: string;
  readonly #basePath: string;
  readonly #path: string;
  readonly #settings: Settings;

  /**
   * @throws {WatcherError} `INVALID_OPTION` for an option that is wrong in itself, a file name that is not directly in
   *   the base path among them; `CONFLICTING_OPTIONS` when the base path is being watched with other options
   */
  constructor(fileName: string, options: ConfigFileWatcherOptions) {
    if (!isObject(options)) throw invalidOption('options', 'an object with a "basePath"', options);
    const { basePath, ...others } = options;
    this.name = fileNameOption('fileName', fileName);
    this.#basePath = directoryOption('basePath', basePath);
    this.#path = absoluteBasePath(basePath);
    this.#settings = settingsOf(others);
    this.#refuseConflict();
  }

  /**
   * A stream of this file.
   *
   * @throws {WatcherError} `CONFLICTING_OPTIONS` when the base path is being watched with other options
   */
  events(options?: WatchOptions): WatchStream<FileEvent> {
    this.#refuseConflict();
    const path = this.#path;
    const watch =
      shared.get(path) ??
      new SharedDirectory(path, this.#settings, (inUse) => {
        if (inUse) shared.set(path, watch);
        else shared.delete(path);
      });
    return watch.stream({ owner: this, source: this.#basePath, name: this.name }, options);
  }

  /**
   * Announces a write of this file by this program, so that the streams of this object emit no event for it. Other
   * watchers of the file emit the event as usual. See `DirectoryWatcher.expect`.
   *
   * @returns a function that withdraws the announcement, and returns whether it was still pending
   * @throws {WatcherError} `INVALID_OPTION` for content that is neither text nor bytes; `TOO_MANY_EXPECTATIONS` while
   *   1,000 writes are expected in the base path
   */
  expect(content: string | Uint8Array): () => boolean {
    const watch = shared.get(this.#path) ?? new SharedDirectory(this.#path, this.#settings);
    return watch.expect(this, this.name, content);
  }

  #refuseConflict(): void {
    const open = shared.get(this.#path);
    const option = open && conflictingOption(open.settings, this.#settings);
    if (option === undefined) return;
    throw new WatcherError(
      `"${this.#basePath}" is being watched with another "${option}", and all under one base path share one watch. ` +
        'Give every ConfigFileWatcher of it the same options.',
      { code: 'CONFLICTING_OPTIONS', source: this.#basePath },
    );
  }
}
