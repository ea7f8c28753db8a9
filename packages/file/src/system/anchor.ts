import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { faultOf, isAbsence } from './faults.ts';
import { openHints } from './hints.ts';
import { isLocal } from './locality.ts';
import { directoryIdentity } from './snapshot.ts';

export interface AnchorSink {
  /** Something happened to this name in the directory. */
  hint(name: string): void;
  /** Something happened in the directory, and the system does not say to what. */
  hintAny(): void;
  /** The directory may be another by now, or there again: `check` is to be called. */
  suspect(): void;
}

/** What a check found. */
export interface AnchorCheck {
  /** Whether changes may have gone unnoticed: the directory is another one, or gone, or given notice of only now. */
  readonly moved: boolean;
  /** What stands in the way of being given notice; undefined when nothing does. */
  readonly fault: unknown;
}

interface Hold extends Disposable {
  readonly path: string;
  readonly identity: string;
}

/**
 * Holds the one OS watch on the directory that a path leads to, and moves it when the path leads elsewhere. While
 * there is no directory, the watch is on the nearest one above, so that its making is noticed.
 */
export class Anchor {
  readonly #path: string;
  readonly #polling: boolean;
  readonly #sink: AnchorSink;
  /** Of the directory at the last check; undefined when there was none. */
  #identity: string | undefined;
  #hold: Hold | undefined;
  #localDevice: bigint | undefined;

  /** @param polling whether no OS watch is wanted at all */
  constructor(path: string, polling: boolean, sink: AnchorSink) {
    this.#path = path;
    this.#polling = polling;
    this.#sink = sink;
  }

  /** Whether the system gives notice of what happens in the directory. */
  get watching(): boolean {
    return this.#hold?.path === this.#path;
  }

  /** The device of the directory, if that is one of this machine. */
  get localDevice(): bigint | undefined {
    return this.#localDevice;
  }

  /** Looks where the path leads now, and moves the watch there. */
  async check(): Promise<AnchorCheck> {
    const before = this.#identity;
    const heldBefore = this.#hold;
    let fault: unknown = MOVED_ON;
    // Directories that come and go faster than they can be watched are left to the next check.
    for (let attempt = 0; attempt < ATTEMPTS && fault === MOVED_ON; attempt++) fault = await this.#anchor();
    if (this.#identity !== before) this.#localDevice = await localDevice(this.#path);
    // A watch that was let go and taken up again within this check has not seen what happened in between.
    const watchedAnew = this.watching && this.#hold !== heldBefore;
    return { moved: this.#identity !== before || watchedAnew, fault };
  }

  close(): void {
    this.#release();
  }

  /** What stands in the way; {@link MOVED_ON} when it was not the same from the beginning to the end. */
  async #anchor(): Promise<unknown> {
    let fault: unknown;
    try {
      this.#identity = await directoryIdentity(this.#path);
      if (this.#identity === undefined) fault = faultOf('ENOTDIR');
    } catch (error) {
      // Where nothing can be told, what was known stays true.
      if (!isAbsence(error)) return error;
      this.#identity = undefined;
      fault = error;
    }
    if (this.#polling) return fault;
    try {
      const stood =
        this.#identity === undefined ? await this.#watchAbove() : await this.#watchDirectory(this.#identity);
      return stood ? fault : MOVED_ON;
    } catch (error) {
      this.#release();
      return isAbsence(error) ? MOVED_ON : (fault ?? error);
    }
  }

  async #watchDirectory(identity: string): Promise<boolean> {
    if (this.#holds(this.#path, identity)) return true;
    const ownName = basename(this.#path);
    return this.#watch(this.#path, (name, moved) => {
      if (name === undefined) {
        this.#sink.suspect();
        this.#sink.hintAny();
        return;
      }
      // The directory itself goes by its own last name here, and may be what is meant.
      if (name === ownName) {
        // The system ends a watch with the file system under it, and what is mounted again is the very same directory.
        if (moved) this.#release();
        this.#sink.suspect();
      }
      this.#sink.hint(name);
    });
  }

  /** What is in the directories above is not our business, but for the next step of the way to ours. */
  async #watchAbove(): Promise<boolean> {
    const [above, next] = await nearestAbove(this.#path);
    const hint = (name: string | undefined) => {
      if (name === undefined || name === next || name === basename(above)) this.#sink.suspect();
    };
    const held = this.#hold;
    // What was made before the watch stood shows only by looking again.
    return (await this.#watch(above, hint)) && this.#hold === held;
  }

  /**
   * Watches go by path, and so do identities: only one that is the same before and after tells which directory the
   * watch is on. False when it is not.
   */
  async #watch(path: string, hint: (name: string | undefined, moved: boolean) => void): Promise<boolean> {
    const identity = await directoryIdentity(path);
    if (identity === undefined) return false;
    if (this.#holds(path, identity)) return true;
    this.#release();
    const hints = openHints(path, {
      hint,
      hintAny: () => hint(undefined, false),
      lost: () => {
        this.#release();
        this.#sink.suspect();
      },
    });
    this.#hold = { path, identity, [Symbol.dispose]: () => hints[Symbol.dispose]() };
    if ((await directoryIdentity(path)) === identity) return true;
    this.#release();
    return false;
  }

  #holds(path: string, identity: string): boolean {
    return this.#hold?.path === path && this.#hold.identity === identity;
  }

  #release(): void {
    this.#hold?.[Symbol.dispose]();
    this.#hold = undefined;
  }
}

/** Stands for what changed while it was looked at. */
const MOVED_ON = faultOf('ENOENT');
const ATTEMPTS = 20;

async function localDevice(path: string): Promise<bigint | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && (await isLocal(path)) ? found.dev : undefined;
}

/** The nearest directory above `path` that there is, and the name in it that leads on to `path`. */
async function nearestAbove(path: string): Promise<[above: string, next: string]> {
  let above = dirname(path);
  let next = basename(path);
  for (; above !== dirname(above); next = basename(above), above = dirname(above)) {
    try {
      if ((await directoryIdentity(above)) !== undefined) break;
    } catch {
      // higher still
    }
  }
  return [above, next];
}
