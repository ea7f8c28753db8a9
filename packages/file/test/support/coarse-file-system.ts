import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type Playground, playground } from './playground.ts';

export interface CoarseFileSystem extends AsyncDisposable {
  readonly path: string;
  at(...names: string[]): string;
  /** Takes it away and mounts it again, acting on it before anything else runs in this process. */
  remount(act: () => void): void;
}

/** A file system that keeps times in whole seconds and no birth times: ext4 with small inodes, from a file. */
export async function coarseFileSystem(): Promise<CoarseFileSystem> {
  const place = await playground();
  try {
    mount(place);
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

function mount(place: Playground): void {
  const image = place.at('image');
  execFileSync('truncate', ['-s', '4M', image]);
  execFileSync('mkfs.ext4', ['-q', '-I', '128', image], { stdio: 'pipe' });
  mkdirSync(place.at('mounted'));
  mountImage(place);
}

function mountImage(place: Playground): void {
  execFileSync('mount', ['-o', 'loop', place.at('image'), place.at('mounted')], { stdio: 'pipe' });
}
