import { statSync } from 'node:fs';
import type { FileSystem } from '../fs/file-system.ts';
import { isPlainName, listNames, type Stat, sameStat } from './snapshot.ts';

/**
 * The names in a directory. On a local file system a directory's own times say whether its names are still those of
 * the last time: a look that costs nothing beside a listing, which every poll would need.
 */
export class Listing {
  readonly #path: string;
  readonly #fileSystem: FileSystem;
  #known: { readonly names: readonly string[]; readonly directory: Stat } | undefined;

  constructor(path: string, fileSystem: FileSystem) {
    this.#path = path;
    this.#fileSystem = fileSystem;
  }

  /** The directory may be another one, with the same times. */
  forget(): void {
    this.#known = undefined;
  }

  /**
   * The names, in no order. The same array as the last time, where the directory's times show that they are the same.
   * Throws what the system says.
   *
   * @param now milliseconds since the epoch, by the clock that gives files their times
   */
  async names(now: number): Promise<readonly string[]> {
    const { hasReliableTimes } = this.#fileSystem.locate(this.#path);
    const directory = hasReliableTimes ? statSync(this.#path, { bigint: true }) : undefined;
    if (directory && this.#known && sameStat(this.#known.directory, directory)) return this.#known.names;
    const names = (await listNames(this.#path, this.#fileSystem)).filter(isPlainName);
    // Within a tick of its file system's clock its times may hide a further change.
    const isFirm = now - Number(directory?.ctimeNs ?? 0n) / 1e6 > YOUTH;
    this.#known = directory && isFirm ? { names, directory } : undefined;
    return names;
  }
}

/** Milliseconds. Some file systems keep times in steps of two seconds. */
const YOUTH = 3000;
