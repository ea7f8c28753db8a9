import type { FileState } from '../../src/system/snapshot.ts';

/** A file's state: `ino` says which file, `text` what is in it, the rest is as `with` has it. */
export function state(ino: number, text: string, given: Partial<FileState> = {}): FileState {
  return {
    dev: 1n,
    ino: BigInt(ino),
    birthtimeNs: BigInt(ino) * 1_000n,
    size: BigInt(text.length),
    mtimeNs: 5n,
    ctimeNs: 5n,
    nlink: 1n,
    linked: false,
    hasReliableStat: true,
    content: 'whole',
    hash: text,
    ...given,
  };
}
