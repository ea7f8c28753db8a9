import type { FileState, Steps } from '../system/snapshot.ts';
import { Rereads } from './rereads.ts';

/**
 * What the consumers know of the directory: the state of each file that they were told of, or that was there when
 * they came. It changes only where they are told.
 */
export class Picture {
  readonly #files = new Map<string, FileState>();
  /** Until when a file's content is to be read again although its times are the same. */
  readonly #young = new Map<string, number>();
  /** Symlinks, each with the names in the same directory that it leads through. */
  readonly #links = new Map<string, Steps>();

  /** Files of which a change may come without a notification in this directory. */
  readonly #unnotified = new Set<string>();
  readonly #rereads = new Rereads();
  /** How many names there are of files with an inode. */
  readonly #inodes = new Map<bigint, number>();

  get files(): ReadonlyMap<string, FileState> {
    return this.#files;
  }

  set(name: string, state: FileState): void {
    this.#countInode(this.#files.get(name), -1);
    this.#countInode(state, 1);
    this.#files.set(name, state);
    this.#rereads.set(name, state);
    if (isNotified(state)) this.#unnotified.delete(name);
    else this.#unnotified.add(name);
  }

  /** Names of which a change may come without a notification in this directory. */
  *unnotified(): Iterable<string> {
    yield* this.#unnotified;
    yield* this.#links.keys();
  }

  /** Names to read again now though their stat is the same, since it proves nothing. */
  dueRereads(now: number): string[] {
    return this.#rereads.due(this.#files, now);
  }

  /** Whatever there is by this name, it is a symlink that leads through the names `via`, or undefined: it is none. */
  setLink(name: string, via: Steps | undefined): void {
    if (via === undefined) this.#links.delete(name);
    else this.#links.set(name, via);
  }

  get links(): Iterable<string> {
    return this.#links.keys();
  }

  isLink(name: string): boolean {
    return this.#links.has(name);
  }

  /** The symlinks that change when `name` does. */
  *linksThrough(name: string): Iterable<string> {
    for (const [link, via] of this.#links) if (via.includes(name)) yield link;
  }

  delete(name: string): void {
    this.#countInode(this.#files.get(name), -1);
    this.#files.delete(name);
    this.#young.delete(name);
    this.#unnotified.delete(name);
    this.#rereads.delete(name);
  }

  /** The file was just written: within a tick of its file system's clock its times may hide a further write. */
  markYoung(name: string, now: number): void {
    this.#young.set(name, now + YOUTH);
  }

  get anyYoung(): boolean {
    return this.#young.size > 0;
  }

  /** Whether the file's times may hide a write. True once more after it has come of age: that look is the one that counts. */
  isYoung(name: string, now: number): boolean {
    const until = this.#young.get(name);
    if (until !== undefined && until < now) this.#young.delete(name);
    return until !== undefined;
  }

  /** Whether a file with this inode is known under any name. A symlink is a name of no file but itself. */
  hasInode(ino: bigint): boolean {
    return this.#inodes.has(ino);
  }

  #countInode(state: FileState | undefined, difference: 1 | -1): void {
    if (!state || state.linked) return;
    const count = (this.#inodes.get(state.ino) ?? 0) + difference;
    if (count === 0) this.#inodes.delete(state.ino);
    else this.#inodes.set(state.ino, count);
  }

  /** Forgets all that nobody wants any more. */
  keep(wanted: (name: string) => boolean): void {
    for (const name of this.#files.keys()) if (!wanted(name)) this.delete(name);
    for (const name of this.#young.keys()) if (!wanted(name)) this.#young.delete(name);
    for (const name of this.#links.keys()) if (!wanted(name)) this.#links.delete(name);
  }
}

/** A symlink's file may be anywhere, and one with several names may be written under another of them. */
function isNotified({ linked, nlink, hasReliableStat }: FileState): boolean {
  return !linked && nlink === 1n && hasReliableStat;
}

/** Milliseconds. Some file systems keep times in steps of two seconds. */
const YOUTH = 3000;
