import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { systemClock } from '@watcher/core';
import type { FileSystem } from '../fs/file-system.ts';
import { isAbsence } from '../system/faults.ts';
import { directoryIdentity, pathOf, type Stat, sameStat } from '../system/snapshot.ts';
import type { ChangeNotifier, Subscription } from './notifier.ts';

export interface LinkTargetsSink {
  /** Called when the file that the symlink `name` leads to may have changed. */
  changed(name: string): void;
  /** Called when the system refuses to watch the directory `path`, and with undefined once it no longer does. */
  refused(path: string, error: unknown): void;
  /** Called when the directory `path` is no longer of interest. */
  forgotten(path: string): void;
}

/** A directory that symlinks lead to. */
interface Folder {
  readonly path: string;
  readonly identity: string;
  /** The symlinks that lead to each name in it. */
  readonly links: Map<string, Set<string>>;
  /** Undefined while it is being opened, and after a refusal. */
  subscription?: Subscription | undefined;
  isRefused: boolean;
}

/** Where a symlink leads. */
interface Target {
  readonly folder: Folder;
  readonly name: string;
}

/** A file that a symlink led to: as it was, or `absent`. */
export type SeenTarget = Stat | 'absent';

/**
 * Watches the directories outside that the symlinks of one directory lead to: one subscription each, however many
 * symlinks lead there.
 *
 * Only targets on local file systems are followed: what may not answer is left to the poll.
 */
export class LinkTargets {
  readonly #directory: string;
  readonly #notifier: ChangeNotifier | undefined;
  readonly #isOwn: (identity: string) => boolean;
  readonly #fileSystem: FileSystem;
  readonly #sink: LinkTargetsSink;
  readonly #folders = new Map<string, Folder>();
  readonly #targets = new Map<string, Target>();
  /** Symlinks that are to be followed, with what was last seen of the files. */
  readonly #pending = new Map<string, SeenTarget>();
  #following: Promise<void> | undefined;
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;

  /**
   * @param notifier undefined: no OS watch is wanted
   * @param isOwn whether an identity is that of the directory itself, which is watched anyway
   */
  constructor(
    directory: string,
    notifier: ChangeNotifier | undefined,
    isOwn: (identity: string) => boolean,
    fileSystem: FileSystem,
    sink: LinkTargetsSink,
  ) {
    this.#directory = directory;
    this.#notifier = notifier;
    this.#isOwn = isOwn;
    this.#fileSystem = fileSystem;
    this.#sink = sink;
  }

  /** Records what a look at `name` found: the target of a symlink; undefined: the name is not a symlink. */
  update(name: string, seen: SeenTarget | undefined): void {
    if (!this.#notifier || this.#isClosed) return;
    if (seen === undefined) {
      this.#pending.delete(name);
      this.#drop(name);
      return;
    }
    this.#pending.set(name, seen);
    this.#following ??= this.#followPending(this.#notifier);
  }

  /** Stops following the names that are not wanted any more. */
  keep(wanted: (name: string) => boolean): void {
    for (const name of [...this.#pending.keys(), ...this.#targets.keys()]) {
      if (!wanted(name)) this.update(name, undefined);
    }
  }

  /** Tries to watch again where the system refused. */
  retry(): void {
    for (const { isRefused, links } of this.#folders.values()) {
      if (isRefused)
        for (const names of links.values()) for (const name of names) this.update(name, 'absent');
    }
  }

  /** Resolves when no OS watch is left. It does not wait for a file system that does not answer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pending.clear();
    for (const folder of [...this.#folders.values()]) this.#forget(folder);
    if (this.#following) await within(CLOSE_LIMIT_MS, this.#following);
    await Promise.all(this.#closing);
  }

  async #followPending(notifier: ChangeNotifier): Promise<void> {
    for (const [name, seen] of this.#pending) {
      this.#pending.delete(name);
      await this.#follow(notifier, name, seen).catch(() => {
        this.#drop(name);
        // It led somewhere a moment ago. What leads nowhere is left to the poll.
        if (seen !== 'absent') this.#sink.changed(name);
      });
    }
    this.#following = undefined;
  }

  async #follow(notifier: ChangeNotifier, name: string, seen: SeenTarget): Promise<void> {
    if (!this.#fileSystem.locate(pathOf(this.#directory, name)).isLocal) {
      this.#drop(name);
      return;
    }
    const path = await targetOf(this.#directory, name);
    const identity = (await isDirectory(path)) ? undefined : await directoryIdentity(dirname(path));
    // A later look at the name knows better.
    if (this.#isClosed || this.#pending.has(name)) return;
    if (identity === undefined || this.#isOwn(identity)) {
      this.#drop(name);
      return;
    }
    const folder = this.#folderAt(dirname(path), identity);
    const isNew = this.#lead(name, { folder, name: basename(path) });
    if (!isNew && folder.subscription) return;
    if (!folder.subscription) await this.#open(notifier, folder);
    // What was written before the subscription existed shows only in another look.
    const now = await stat(path, { bigint: true }).catch(() => 'absent' as const);
    if (!isSameTarget(seen, now)) this.#sink.changed(name);
  }

  #folderAt(path: string, identity: string): Folder {
    const known = this.#folders.get(path);
    if (known?.identity === identity) return known;
    if (known) this.#end(known);
    const folder: Folder = { path, identity, links: new Map(), isRefused: false };
    this.#folders.set(path, folder);
    return folder;
  }

  /** Notes where a symlink leads now. Returns whether it led elsewhere before. */
  #lead(link: string, target: Target): boolean {
    const before = this.#targets.get(link);
    if (before?.folder === target.folder && before.name === target.name) return false;
    const { links } = target.folder;
    links.set(target.name, (links.get(target.name) ?? new Set()).add(link));
    if (before) this.#unlink(link, before);
    this.#targets.set(link, target);
    return true;
  }

  async #open(notifier: ChangeNotifier, folder: Folder): Promise<void> {
    const { path, identity, links } = folder;
    try {
      const subscription = await notifier.watch(folder, {
        changed: (name, isRename) => {
          // The directory itself goes by its own last name: it may be another one by now.
          if (isRename && name === basename(path)) this.#end(folder);
          else for (const link of links.get(name) ?? []) this.#sink.changed(link);
        },
        changedAny: () => this.#changed(folder),
        ended: () => this.#end(folder),
      });
      folder.subscription = subscription;
      // It may have been forgotten, or replaced, while it was being opened.
      if (this.#folders.get(path) !== folder) this.#close(folder);
      else if ((await directoryIdentity(path)) !== identity) this.#end(folder);
      if (folder.isRefused) this.#sink.refused(path, undefined);
      folder.isRefused = false;
    } catch (error) {
      if (this.#folders.get(path) !== folder) return;
      if (isAbsence(error)) {
        this.#end(folder);
        return;
      }
      folder.isRefused = true;
      this.#sink.refused(path, error);
    }
  }

  #changed({ links }: Folder): void {
    for (const names of links.values()) for (const link of names) this.#sink.changed(link);
  }

  /** The folder is not watched any more: another look at each symlink finds out where it leads. */
  #end(folder: Folder): void {
    if (this.#folders.get(folder.path) !== folder) return;
    this.#forget(folder);
    this.#changed(folder);
  }

  #drop(link: string): void {
    const target = this.#targets.get(link);
    this.#targets.delete(link);
    if (target) this.#unlink(link, target);
  }

  #unlink(link: string, { folder, name }: Target): void {
    const links = folder.links.get(name);
    links?.delete(link);
    if (links?.size === 0) folder.links.delete(name);
    if (folder.links.size === 0) this.#forget(folder);
  }

  #forget(folder: Folder): void {
    if (this.#folders.get(folder.path) === folder) this.#folders.delete(folder.path);
    for (const names of folder.links.values()) for (const link of names) this.#targets.delete(link);
    this.#close(folder);
    if (folder.isRefused) this.#sink.forgotten(folder.path);
  }

  #close(folder: Folder): void {
    const closing = folder.subscription?.close();
    folder.subscription = undefined;
    if (!closing) return;
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }
}

/** The path of the file that a symlink leads to, free of symlinks. The file itself need not exist. */
async function targetOf(directory: string, name: string): Promise<string> {
  const link = pathOf(directory, name);
  try {
    return await realpath(link);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    const target = resolve(await realpath(directory), await readlink(link));
    return pathOf(await realpath(dirname(target)), basename(target));
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isSameTarget(a: SeenTarget, b: SeenTarget): boolean {
  return a === 'absent' || b === 'absent' ? a === b : sameStat(a, b);
}

/** Waits for a promise, but not longer than `limit`. */
async function within(limit: number, promise: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.setTimeout(resolve, limit);
  await Promise.race([promise, late]);
  systemClock.clearTimeout(timer);
}

const CLOSE_LIMIT_MS = 1000;
