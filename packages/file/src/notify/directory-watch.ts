import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FileSystem } from '../fs/file-system.ts';
import { faultOf, isAbsence } from '../system/faults.ts';
import { directoryIdentity, pathOf } from '../system/snapshot.ts';
import { fsWatchNotifier } from './fs-watch-notifier.ts';
import type { ChangeNotifier, NotificationSink, Subscription } from './notifier.ts';
import { endAll } from './subscriptions.ts';

export interface DirectoryWatchSink {
  /** Called when the entry `name` may have changed. `isRename`: it came or went, and nothing was written. */
  changed(name: string, isRename: boolean): void;
  /** Called when any entry may have changed. */
  changedAny(): void;
  /** Called when the path may lead to another directory: `check` has to be called. */
  suspect(): void;
}

/** What a check found. */
export interface DirectoryCheck {
  /** Whether changes may have gone unnoticed: the directory is another one, or gone, or watched only from now on. */
  readonly moved: boolean;
  /** What prevents notifications, or limits them; undefined: nothing does. */
  readonly fault: unknown;
}

/** The open subscription. */
interface Hold {
  /** The watched path, and the same without symlinks. */
  readonly path: string;
  readonly realPath: string;
  readonly identity: string;
  readonly subscription: Subscription;
}

/**
 * Keeps one subscription on the directory that a path leads to, and moves it when the path leads elsewhere. While
 * there is no directory, the nearest existing one above is watched, so that the creation is noticed.
 */
export class DirectoryWatch {
  readonly #path: string;
  readonly #notifier: ChangeNotifier | undefined;
  readonly #fileSystem: FileSystem;
  readonly #sink: DirectoryWatchSink;
  /** Of the directory at the last check; undefined when there was none. */
  #identity: string | undefined;
  #hold: Hold | undefined;
  /** How often the hold, or the one that was being opened, was released. */
  #releases = 0;
  /** Subscriptions that are being closed. */
  readonly #closing = new Set<Promise<void>>();
  /** The name of the last notification, if that was a rename. */
  #renamedLast: string | undefined;
  /** The name of the last two notifications, if both were renames: the watch may have ended. */
  #endedName: string | undefined;
  /** The mount that the directory was in at the last check. */
  #mount: string | undefined;

  /** @param notifier undefined: no OS watch is wanted */
  constructor(
    path: string,
    notifier: ChangeNotifier | undefined,
    fileSystem: FileSystem,
    sink: DirectoryWatchSink,
  ) {
    this.#path = path;
    this.#notifier = notifier;
    this.#fileSystem = fileSystem;
    this.#sink = sink;
  }

  /** Whether the system reports what happens in the directory. */
  get watching(): boolean {
    return this.#hold?.path === this.#path;
  }

  /** Which directory it was at the last check; undefined when there was none. */
  get identity(): string | undefined {
    return this.#identity;
  }

  /** Whether the system notifies of every change of a file in the directory that has no other name. */
  get isNotifiedOfAll(): boolean {
    return this.watching && this.#fileSystem.locate(this.#path).hasReliableTimes;
  }

  /** Looks where the path leads now, and moves the watch there. */
  async check(): Promise<DirectoryCheck> {
    const before = this.#identity;
    const heldBefore = this.#hold;
    const mountBefore = this.#mount;
    this.#fileSystem.refresh();
    await this.#releaseIfEnded();
    let fault: unknown = MOVED_ON;
    // Directories that come and go faster than they can be watched are left to the next check.
    for (let attempt = 0; attempt < ATTEMPTS && fault === MOVED_ON; attempt++) fault = await this.#follow();
    if (this.#identity !== undefined) this.#mount = this.#fileSystem.locate(this.#path).mount?.identity;
    // Between a release and the next subscription within this check, changes went unnoticed.
    const watchedAnew = this.watching && this.#hold !== heldBefore;
    // A file system that is mounted again may have the identity, and all the times, of the one before.
    const isRemounted = this.#mount !== mountBefore;
    return {
      moved: this.#identity !== before || isRemounted || watchedAnew,
      fault: fault ?? this.#hold?.subscription.fallbackReason,
    };
  }

  /** Resolves when no OS watch is left. */
  async close(): Promise<void> {
    this.#release();
    await Promise.all(this.#closing);
  }

  /** Returns what prevents notifications; {@link MOVED_ON} when the directory changed during the call. */
  async #follow(): Promise<unknown> {
    let fault: unknown;
    try {
      this.#identity = await directoryIdentity(this.#path, this.#fileSystem);
      if (this.#identity === undefined) fault = faultOf('ENOTDIR');
    } catch (error) {
      // Where nothing can be said, what was known stays true.
      if (!isAbsence(error)) return error;
      this.#identity = undefined;
      fault = error;
    }
    const notifier = this.#notifier;
    if (!notifier) return fault;
    try {
      const isWatched =
        this.#identity === undefined
          ? await this.#watchAbove(notifier)
          : await this.#watchDirectory(notifier, this.#identity);
      return isWatched ? fault : MOVED_ON;
    } catch (error) {
      this.#release();
      return isAbsence(error) ? MOVED_ON : (fault ?? error);
    }
  }

  async #watchDirectory(notifier: ChangeNotifier, identity: string): Promise<boolean> {
    if (this.#holds(this.#path, identity)) return true;
    return this.#watch(notifier, this.#path, {
      changed: (name, isRename) => {
        this.#noteEnd(name, isRename);
        // Any renamed name may stand for the directory itself.
        if (isRename) this.#sink.suspect();
        this.#sink.changed(name, isRename);
      },
      changedAny: () => {
        this.#sink.suspect();
        this.#sink.changedAny();
      },
    });
  }

  /**
   * The directory itself goes by its own last name, or by that of another path under which this process watches it.
   * The end of a watch shows as two renames of that name, the last that comes. After one of its own name chokidar opens
   * the watch again by itself, and silently fails where the directory is away at that moment.
   */
  #noteEnd(name: string, isRename: boolean): void {
    const isOwn = this.#hold !== undefined && name === basename(this.#hold.realPath);
    this.#endedName = isRename && (isOwn || name === this.#renamedLast) ? name : undefined;
    this.#renamedLast = isRename ? name : undefined;
  }

  /** The system ends a watch with its file system, and what is mounted again is the very same directory. */
  async #releaseIfEnded(): Promise<void> {
    const name = this.#endedName;
    const hold = this.#hold;
    this.#endedName = undefined;
    if (name === undefined || !hold) return;
    const place = this.#fileSystem.locate(hold.path);
    const entry = pathOf(hold.path, name);
    const isEntry = await this.#fileSystem
      .call(place, () => lstat(entry))
      .then(
        () => true,
        (error) => !isAbsence(error),
      );
    if (!isEntry) await endAll(hold.realPath);
  }

  /** What happens in the directories above is of interest only where it concerns the next step to the directory. */
  async #watchAbove(notifier: ChangeNotifier): Promise<boolean> {
    const [above, next] = await nearestAbove(this.#path, this.#fileSystem);
    const held = this.#hold;
    const isWatched = await this.#watch(notifier, above, {
      changed: (name, isRename) => {
        if (isRename || name === next) this.#sink.suspect();
      },
      changedAny: () => this.#sink.suspect(),
    });
    // What was created before the watch existed shows only in another look.
    return isWatched && this.#hold === held;
  }

  /**
   * Watches go by path, and so do identities: only one that is the same before and after proves which directory is
   * watched. Returns false when it is not.
   */
  async #watch(
    notifier: ChangeNotifier,
    path: string,
    sink: Omit<NotificationSink, 'ended'>,
  ): Promise<boolean> {
    const identity = await directoryIdentity(path, this.#fileSystem);
    if (identity === undefined) return false;
    if (this.#holds(path, identity)) return true;
    this.#release();
    const releases = this.#releases;
    const place = this.#fileSystem.locate(path);
    const realPath = await this.#fileSystem.call(place, () => realpath(path));
    // chokidar makes calls of its own, each of which may hold a thread where nothing answers.
    const subscription = await (place.isLocal ? notifier : fsWatchNotifier).watch(
      { path: realPath, identity },
      {
        ...sink,
        ended: () => {
          this.#release();
          this.#sink.suspect();
        },
      },
    );
    this.#hold = { path, realPath, identity, subscription };
    // The watch may have ended while it was being opened.
    if (releases === this.#releases && (await directoryIdentity(path, this.#fileSystem)) === identity)
      return true;
    this.#release();
    return false;
  }

  #holds(path: string, identity: string): boolean {
    return this.#hold?.path === path && this.#hold.identity === identity;
  }

  #release(): void {
    this.#releases++;
    this.#endedName = undefined;
    this.#renamedLast = undefined;
    const closing = this.#hold?.subscription.close();
    this.#hold = undefined;
    if (!closing) return;
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }
}

/** Stands for what changed during a look. */
const MOVED_ON = faultOf('ENOENT');
const ATTEMPTS = 20;

/** The nearest existing directory above `path`, and the name in it that leads on to `path`. */
async function nearestAbove(path: string, fileSystem: FileSystem): Promise<[above: string, next: string]> {
  let above = dirname(path);
  let next = basename(path);
  for (; above !== dirname(above); next = basename(above), above = dirname(above)) {
    try {
      if ((await directoryIdentity(above, fileSystem)) !== undefined) break;
    } catch {
      // higher still
    }
  }
  return [above, next];
}
