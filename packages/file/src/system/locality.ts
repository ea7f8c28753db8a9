import { statfs } from 'node:fs/promises';

/**
 * Whether a path is on a file system of this machine, where a `stat` waits for nothing. False for what is not known
 * to be one: over a network it may take a second, or never come back.
 */
export async function isLocal(path: string): Promise<boolean> {
  try {
    return LOCAL.has((await statfs(path, { bigint: true })).type & 0xffff_ffffn);
  } catch {
    return false;
  }
}

/** The numbers that Linux gives them: ext2 to ext4, XFS, Btrfs, F2FS, tmpfs, ramfs, overlayfs, ZFS. */
const LOCAL = new Set([
  0xef53n,
  0x5846_5342n,
  0x9123_683en,
  0xf2f5_2010n,
  0x0102_1994n,
  0x8584_58f6n,
  0x794c_7630n,
  0x2fc1_2fc1n,
]);
