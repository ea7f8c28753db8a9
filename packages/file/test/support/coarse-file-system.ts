import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Playground, playground } from './playground.ts';

export interface CoarseFileSystem extends AsyncDisposable {
  readonly path: string;
  at(...names: string[]): string;
  /** Takes it away and mounts it again, acting on it before anything else runs in this process. */
  remount(act: () => void): void;
  /**
   * Takes it away and mounts it again with other bytes in a file, as many: nothing else differs, not even a time.
   * `hasNewId` keeps the system from giving the mount the ID that it had.
   */
  remountWith(before: string, after: string, hasNewId: boolean): void;
}

export interface CoarseFileSystemOptions {
  /** Bytes of an inode. With 256 the times are exact, and there are birth times. Default 128. */
  readonly inodeSize?: 128 | 256;
}

/** A file system that keeps times in whole seconds and no birth times: ext4 with small inodes, from a file. */
export async function coarseFileSystem({
  inodeSize = 128,
}: CoarseFileSystemOptions = {}): Promise<CoarseFileSystem> {
  const place = await playground();
  try {
    mount(place, inodeSize);
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
  return {
    path: place.at('mounted'),
    at: (...names) => place.at('mounted', ...names),
    remount: (act) => {
      execFileSync('umount', [place.at('mounted')]);
      mountImage(place);
      act();
    },
    remountWith: (before, after, hasNewId) => {
      execFileSync('umount', [place.at('mounted')]);
      if (hasNewId) execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', place.at('beside')]);
      const image = readFileSync(place.at('image'));
      const position = image.indexOf(before);
      if (position < 0 || before.length !== after.length) throw new Error(`no place for ${after}`);
      image.write(after, position);
      writeFileSync(place.at('image'), image);
      mountImage(place);
      if (hasNewId) execFileSync('umount', [place.at('beside')]);
    },
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [place.at('mounted')]);
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Why there can be none here, or undefined. */
export async function whyNotCoarse(): Promise<string | undefined> {
  try {
    await using _ = await coarseFileSystem();
    return undefined;
  } catch (error) {
    return `a file system of its own to mount: ${(error as { stderr?: Buffer }).stderr ?? error}`;
  }
}

function mount(place: Playground, inodeSize: number): void {
  const image = place.at('image');
  execFileSync('truncate', ['-s', '4M', image]);
  execFileSync('mkfs.ext4', ['-q', '-I', `${inodeSize}`, image], { stdio: 'pipe' });
  for (const name of ['mounted', 'beside']) mkdirSync(place.at(name));
  mountImage(place);
}

function mountImage(place: Playground): void {
  execFileSync('mount', ['-o', 'loop', place.at('image'), place.at('mounted')], { stdio: 'pipe' });
}
