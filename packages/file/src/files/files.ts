import {
  countOption,
  invalidOption,
  type ListWatch,
  printable,
  textOf,
  type WatchOptions,
  type WatchStream,
} from '@watcher/core';
import type { FileEvent } from '@watcher/events';
import { absoluteBasePath } from '../base-path.ts';
import { DirectoryWatcher, directoryOption } from '../directory-watcher.ts';
import { FileSystem } from '../fs/file-system.ts';
import { type FileWatcherOptions, isObject, type Settings, settingsOf } from '../options.ts';
import { Spellings } from '../picture/spellings.ts';
import { isPlainName, listNames, pathOf } from '../system/snapshot.ts';
import type { FileInfo } from './file-info.ts';
import { type ReadResult, readRegularFile } from './read-file.ts';

export interface FilesOptions<V = undefined> extends FileWatcherOptions {
  /** What `content` is: text, read as UTF-8, or bytes. Default `'text'`. */
  readonly as?: 'text' | 'bytes' | undefined;
  /** Bytes that a file may have. A larger one has no content, and a `problem`. Default 1048576 (1 MiB). */
  readonly maxSize?: number | undefined;
  /**
   * Turns content into `value`. Where it throws, the file keeps its last good value, and `problem` is the message.
   * Default: no value.
   */
  readonly parse?: ((content: string | Uint8Array, name: string) => V) | undefined;
  /** Keeps a file that is gone, with its last content and value, until it is back. Default false. */
  readonly keepMissing?: boolean | undefined;
}

/** The most files of one directory. Beyond it a list fails. */
const MAX_FILES = 10_000;

/** Milliseconds: reading takes longer than looking. */
const MIN_READ_TIMEOUT = 5000;

/**
 * Returns the files directly in a directory, with their contents, as a source for an informer (`@watcher/informer`).
 * Hidden and ignored files are left out. A directory that does not exist has no files.
 *
 * @param path the directory. A relative one is resolved now
 * @throws {WatcherError} `INVALID_OPTION`, with the option, the expectation and the value
 *
 * @example
 * ```ts
 * import { Informer } from '@watcher/informer';
 *
 * await using informer = new Informer(files('./config', { keepMissing: true }), { signal });
 * informer.subscribe({ added: ({ name, content }) => console.log(name, content) });
 * await informer.closed;
 * ```
 */
export function files<V = undefined>(
  path: string,
  options: FilesOptions<V> = {},
): ListWatch<FileInfo<V>, FileEvent> {
  return new Files(path, options);
}

class Files<V> implements ListWatch<FileInfo<V>, FileEvent> {
  readonly name: string;
  readonly #path: string;
  readonly #watcher: DirectoryWatcher;
  readonly #settings: Settings;
  readonly #maxSize: number;
  readonly #asText: boolean;
  readonly #parse: FilesOptions<V>['parse'];
  readonly #keepMissing: boolean;
  /** The last state of each file: its last good value, and the file itself where a missing one is kept. */
  readonly #last = new Map<string, FileInfo<V>>();

  constructor(path: string, options: FilesOptions<V>) {
    if (!isObject(options)) throw invalidOption('options', 'an object', options);
    const { as = 'text', maxSize, parse, keepMissing = false, ...rest } = options;
    if (as !== 'text' && as !== 'bytes') throw invalidOption('as', '"text" or "bytes"', as);
    if (parse !== undefined && typeof parse !== 'function') throw invalidOption('parse', 'a function', parse);
    if (typeof keepMissing !== 'boolean') throw invalidOption('keepMissing', 'true or false', keepMissing);
    this.#maxSize = countOption('maxSize', maxSize, 1024 * 1024);
    if (this.#maxSize > 2 ** 30) throw invalidOption('maxSize', 'at most 1 GiB, in bytes', maxSize);
    this.#watcher = new DirectoryWatcher(path, rest);
    this.#settings = settingsOf(rest);
    this.#asText = as === 'text';
    this.#parse = parse;
    this.#keepMissing = keepMissing;
    this.name = directoryOption('path', path);
    this.#path = absoluteBasePath(path);
  }

  watch(options: WatchOptions): WatchStream<FileEvent> {
    return this.#watcher.events(options);
  }

  async list(signal: AbortSignal): Promise<readonly FileInfo<V>[]> {
    const names = (await this.#names(signal)).filter((name) => this.#isShown(name));
    if (names.length > MAX_FILES) throw new Error(`${this.name} has more than ${MAX_FILES} files`);
    const found = new Map<string, FileInfo<V>>();
    for (const name of names) {
      const info = await this.#read(name, signal);
      if (info) found.set(name, info);
    }
    for (const name of [...this.#last.keys()]) {
      if (found.has(name)) continue;
      const kept = this.#gone(name);
      if (kept) found.set(name, kept);
    }
    return [...found.values()];
  }

  async get(name: string, signal: AbortSignal): Promise<FileInfo<V> | undefined> {
    if (!isPlainName(name) || !this.#isShown(name)) return undefined;
    if (await this.#isRespelled(name, signal)) return this.#gone(name);
    return (await this.#read(name, signal)) ?? this.#gone(name);
  }

  /** Returns whether the file system finds a file by this name and lists it under another spelling only. */
  async #isRespelled(name: string, signal: AbortSignal): Promise<boolean> {
    const spellings = new Spellings(this.#path, this.#fileSystem(signal));
    return (await spellings.unlisted([name])).has(name);
  }

  key(file: FileInfo<V>): string {
    return file.name;
  }

  affects(event: FileEvent): readonly string[] {
    return [event.actorName];
  }

  /** A file system shows a change as soon as it notifies of it. */
  agrees(): boolean {
    return true;
  }

  #isShown(name: string): boolean {
    return !name.startsWith('.') && !this.#settings.isIgnored(name);
  }

  #fileSystem(signal: AbortSignal): FileSystem {
    const { clock, timeout } = this.#settings;
    return new FileSystem({ clock, timeout: Math.max(timeout, MIN_READ_TIMEOUT), signal });
  }

  async #names(signal: AbortSignal): Promise<string[]> {
    try {
      return (await listNames(this.#path, this.#fileSystem(signal))).filter(isPlainName);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw error;
    }
  }

  async #read(name: string, signal: AbortSignal): Promise<FileInfo<V> | undefined> {
    const path = pathOf(this.#path, name);
    const result = await readRegularFile(this.#fileSystem(signal), path, this.#maxSize);
    signal.throwIfAborted();
    if (result === undefined) return undefined;
    const info = this.#infoOf(name, result);
    this.#last.set(name, info);
    return info;
  }

  #infoOf(name: string, result: ReadResult): FileInfo<V> {
    const last = this.#last.get(name);
    if ('problem' in result)
      return { name, content: undefined, value: last?.value, problem: result.problem, isMissing: false };
    const content = this.#asText ? new TextDecoder().decode(result.bytes) : result.bytes;
    try {
      const value = this.#parse?.(content, name);
      return { name, content, value, problem: undefined, isMissing: false };
    } catch (error) {
      const problem = printable(error instanceof Error ? error.message : textOf(error), 1000);
      return { name, content, value: last?.value, problem, isMissing: false };
    }
  }

  #gone(name: string): FileInfo<V> | undefined {
    const last = this.#last.get(name);
    if (!last || !this.#keepMissing) {
      this.#last.delete(name);
      return undefined;
    }
    const kept = { ...last, isMissing: true };
    this.#last.set(name, kept);
    return kept;
  }
}
