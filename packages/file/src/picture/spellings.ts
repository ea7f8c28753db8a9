import { lstat } from 'node:fs/promises';
import type { FileSystem } from '../fs/file-system.ts';
import { listNames, pathOf } from '../system/snapshot.ts';

/**
 * Finds out which names a directory answers to and does not list. Where a file system takes names that differ only in
 * case for one, a file that was renamed in case only is still found under its old name.
 */
export class Spellings {
  readonly #path: string;
  readonly #fileSystem: FileSystem;
  /** Whether names that differ only in case are one; undefined: not known yet. */
  #foldsCase: boolean | undefined;

  constructor(path: string, fileSystem: FileSystem) {
    this.#path = path;
    this.#fileSystem = fileSystem;
  }

  /** The directory may be another one. */
  forget(): void {
    this.#foldsCase = undefined;
  }

  /**
   * Returns those of `names` that the directory does not list, each with its listed spellings. Empty where the case of
   * a name matters, and where that cannot be found out.
   */
  async unlisted(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const unlisted = new Map<string, readonly string[]>();
    if (!(await this.#isCaseFolded(names))) return unlisted;
    const listed = await this.#list();
    if (!listed) return unlisted;
    const isListed = new Set(listed);
    for (const name of names) {
      if (isListed.has(name)) continue;
      const folded = fold(name);
      const spellings = listed.filter((other) => fold(other) === folded);
      if (spellings.length > 0) unlisted.set(name, spellings);
    }
    return unlisted;
  }

  async #isCaseFolded(names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      if (this.#foldsCase !== undefined) break;
      const respelled = swapCase(name);
      // Only a name that is there says anything.
      if (respelled !== name && (await this.#isFound(name))) {
        this.#foldsCase = (await this.#isFound(respelled)) && !(await this.#list())?.includes(respelled);
      }
    }
    return this.#foldsCase ?? false;
  }

  async #isFound(name: string): Promise<boolean> {
    const path = pathOf(this.#path, name);
    const place = this.#fileSystem.locate(this.#path);
    return this.#fileSystem
      .call(place, () => lstat(path))
      .then(
        () => true,
        () => false,
      );
  }

  async #list(): Promise<readonly string[] | undefined> {
    return listNames(this.#path, this.#fileSystem).catch(() => undefined);
  }
}

function swapCase(name: string): string {
  const upper = name.toUpperCase();
  return upper === name ? name.toLowerCase() : upper;
}

/** File systems that fold the case of names fold their Unicode form too. */
function fold(name: string): string {
  return name.normalize('NFC').toUpperCase();
}
