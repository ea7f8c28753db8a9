import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { playground } from './playground.ts';

export interface CaseFoldingFileSystem extends AsyncDisposable {
  readonly path: string;
  at(...names: string[]): string;
}

/** A file system that takes names that differ only in case for one: exFAT through FUSE, from a file. */
export async function caseFoldingFileSystem(): Promise<CaseFoldingFileSystem> {
  const place = await playground();
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { stdio: 'pipe', encoding: 'utf8' });
  let device = '';
  try {
    mkdirSync(place.at('mounted'));
    run('truncate', '-s', '64M', place.at('image'));
    device = run('losetup', '--find', '--show', place.at('image')).trim();
    run('mkfs.exfat', device);
    run('mount.exfat-fuse', device, place.at('mounted'));
  } catch (error) {
    if (device !== '') run('losetup', '--detach', device);
    await place[Symbol.asyncDispose]();
    throw error;
  }
  return {
    path: place.at('mounted'),
    at: (...names) => place.at('mounted', ...names),
    async [Symbol.asyncDispose]() {
      run('umount', place.at('mounted'));
      run('losetup', '--detach', device);
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Why there can be none here, or undefined. */
export async function whyNotCaseFolding(): Promise<string | undefined> {
  try {
    await using _ = await caseFoldingFileSystem();
    return undefined;
  } catch (error) {
    return `exfat-fuse, exfatprogs and a device to mount: ${(error as { stderr?: string }).stderr ?? error}`;
  }
}
