import { statSync } from 'node:fs';
import { isPlainName, listNames, type Stat, sameStat } from './snapshot.ts';

/**
 * The names in a directory. On a local file system a directory's own times say whether its names are still those of
 * the last time: a look that costs nothing beside a listing, which every poll would need.
 */
export class Listing {
  readonly #path: string;
  #known: { readonly names: readonly string[]; readonly directory: Stat } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The names, in no order. Throws what the system says.
   *
   * @param localDevice of the directory, if that is one of this machine
   * @param now milliseconds since the epoch, by the clock that gives files their times
   */
  async names(localDevice: bigint | undefined, now: number): Promise<readonly string[]> {
    const directory = localDevice === undefined ? undefined : statSync(this.#path, { bigint: true });
    if (directory && this.#known && sameStat(this.#known.directory, directory)) return this.#known.names;
    const names = (await listNames(this.#path)).filter(isPlainName);
    // Within a tick of its file system's clock its times may hide a further change.
    const isFirm = directory?.dev === localDevice && now - Number(directory?.ctimeNs ?? 0n) / 1e6 > YOUTH;
    this.#known = directory && isFirm ? { names, directory } : undefined;
    return names;
  }
}

/** Milliseconds. Some file systems keep times in steps of two seconds. */
const YOUTH = 3000;
