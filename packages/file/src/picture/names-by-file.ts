import { type FileState, type Stat, sameFile } from '../system/snapshot.ts';

type Named = readonly [name: string, state: FileState];

/** Names, to be found by the file that each is a name of. A symlink is a name of no file but itself, and left out. */
export class NamesByFile {
  /** By inode; whether they are of the same file shows in the rest. */
  readonly #names = new Map<bigint, Named[]>();

  constructor(names: Iterable<readonly [name: string, state: FileState | undefined]>) {
    for (const [name, state] of names) {
      if (!state || state.linked) continue;
      const others = this.#names.get(state.ino);
      if (others) others.push([name, state]);
      else this.#names.set(state.ino, [[name, state]]);
    }
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** The names of a file, each with its state, in the order in which they were given. */
  of(file: Stat): readonly Named[] {
    return this.#names.get(file.ino)?.filter(([, state]) => sameFile(state, file)) ?? NONE;
  }
}

const NONE: readonly Named[] = [];

/** Whether a name that a file had may have become another one of it: where there are fewer now, it was taken away. */
export function keptItsNames(was: Stat, now: Stat): boolean {
  return now.nlink >= was.nlink;
}
