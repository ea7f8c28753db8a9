import { normalize } from 'node:path';
import { invalidOption, type Watcher, type WatchOptions, type WatchStream } from '@watcher/core';
import type { FileEvent } from '@watcher/events';
import { absoluteBasePath } from './base-path.ts';
import { FileWatcher } from './file-watcher.ts';
import { SharedDirectory } from './observation/shared-directory.ts';
import { type FileWatcherOptions, settingsOf } from './options.ts';
import { isPlainName } from './system/snapshot.ts';

/**
 * Watches the files directly in one directory; not its subdirectories, and not hidden files. However many streams
 * there are, of the directory or of single files in it, they share one OS watch, which is opened with the first and
 * closed with the last.
 *
 * @example
 * ```ts
 * import { formatEvent } from '@watcher/events';
 *
 * const directory = new DirectoryWatcher('./config');
 * for await (const event of directory.events({ signal })) console.log(formatEvent(event));
 * // => written routes.yml
 * ```
 */
export class DirectoryWatcher implements Watcher<FileEvent> {
  /** As it was given; the `source` of its events. */
  readonly path: string;
  readonly #watch: SharedDirectory;
  readonly #files = new Map<string, FileWatcher>();

  /**
   * @param path the directory, which need not exist yet. A relative one is resolved now, once and for all
   * @throws {WatcherError} `INVALID_OPTION` for an empty path and for an option that is wrong in itself
   */
  constructor(path: string, options?: FileWatcherOptions) {
    this.path = directoryOption('path', path);
    this.#watch = new SharedDirectory(absoluteBasePath(path), settingsOf(options));
  }

  /** A stream of every file in the directory. */
  events(options?: WatchOptions): WatchStream<FileEvent> {
    return this.#watch.stream({ owner: this, source: this.path }, options);
  }

  /**
   * The watcher of one file, which need not exist yet; the same for the same path. A hidden or ignored file that is
   * asked for by name is watched like any other.
   *
   * @example
   * ```ts
   * const secrets = new DirectoryWatcher('./config').add('.env');
   * secrets.events({ signal }).subscribe({ push: (event) => void load(event.actorName) });
   * ```
   * @throws {WatcherError} `INVALID_OPTION` for a path that is not of a file directly in the directory
   */
  add(relativePath: string): FileWatcher {
    const name = fileNameOption('relativePath', relativePath);
    let file = this.#files.get(name);
    if (!file) {
      file = new FileWatcher(name, (options) =>
        this.#watch.stream({ owner: this, source: this.path, name }, options),
      );
      this.#files.set(name, file);
    }
    return file;
  }

  /**
   * Announces a write by this program, so that the streams of this watcher, those of `add()` included, emit no event
   * for it. Call it before the write, with the whole content that the file will have. Other watchers of the directory
   * emit the event as usual.
   *
   * The first settled look at the file ends the announcement. If the file has the expected content, no event follows:
   * take that content as known when the write succeeds. Any other content is an event, even one that is not new. If
   * nothing notifies of the write, the watcher looks after 10,000 ms plus `pollInterval` and forty times `settleTime`
   * (at least 2000 ms).
   *
   * @param content text, compared as UTF-8, or bytes. Content above `contentLimit` is not recognized: the write is an
   *   event. Deletions cannot be expected
   * @returns a function that withdraws the announcement, for a write that fails. It returns false if the announcement
   *   has ended already, or if no stream is open: then there was no event to leave out
   * @throws {WatcherError} `INVALID_OPTION` for a path that is not of a file directly in the directory, and for content
   *   that is neither text nor bytes; `TOO_MANY_EXPECTATIONS` while 1,000 writes are expected
   *
   * @example
   * ```ts
   * import { writeFile } from 'node:fs/promises';
   *
   * const directory = new DirectoryWatcher('./config');
   * const stream = directory.events({ signal });
   * await stream.ready;
   * const cancel = directory.expect('users.yml', 'alice');
   * await writeFile('./config/users.yml', 'alice').catch((error) => {
   *   cancel();
   *   console.error(error);
   * });
   * for await (const event of stream) console.log(event.actorName);
   * // => routes.yml
   * ```
   */
  expect(relativePath: string, content: string | Uint8Array): () => boolean {
    return this.#watch.expect(this, fileNameOption('relativePath', relativePath), content);
  }
}

/** Checks the path of a directory. */
export function directoryOption(option: string, given: string): string {
  if (typeof given === 'string' && given !== '' && !given.includes('\0')) return given;
  throw invalidOption(option, 'the path of a directory', given);
}

/** Checks the path of a file directly in its directory, and gives its name. */
export function fileNameOption(option: string, given: string): string {
  const name = typeof given === 'string' && given !== '' ? normalize(given) : '';
  if (isPlainName(name)) return name;
  throw invalidOption(option, 'the name of a file directly in the directory', given);
}
