import type { FileState } from '../system/snapshot.ts';

/**
 * The files whose content has to be read to be known, since their stat proves nothing: which of them to read again,
 * and when.
 */
export class Rereads {
  /** When each was last due; the one that waits longest comes first. */
  readonly #names = new Map<string, number>();
  #budget = BYTES_PER_SECOND;
  #budgetAt: number | undefined;

  /** Takes note of what is known of a file. */
  set(name: string, state: FileState): void {
    if (state.hasReliableStat || state.content !== 'whole') this.#names.delete(name);
    else if (!this.#names.has(name)) this.#names.set(name, Number.NEGATIVE_INFINITY);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  /**
   * The names to read now: no file more often than once in 5 s, and no more than 256 KiB a second. The first of them
   * may be larger, and the next ones wait for that much longer.
   *
   * @param now on the monotonic clock
   */
  due(files: ReadonlyMap<string, FileState>, now: number): string[] {
    const elapsed = now - (this.#budgetAt ?? now);
    this.#budget = Math.min(BYTES_PER_SECOND, this.#budget + (elapsed / 1000) * BYTES_PER_SECOND);
    this.#budgetAt = now;
    const due: string[] = [];
    for (const [name, before] of this.#names) {
      if (this.#budget <= 0 || now < before + INTERVAL_MS) break;
      this.#budget -= Number(files.get(name)?.size ?? 0) + COST_OF_OPENING;
      due.push(name);
    }
    for (const name of due) {
      this.#names.delete(name);
      this.#names.set(name, now);
    }
    return due;
  }
}

const BYTES_PER_SECOND = 256 * 1024;
/** In bytes: no more than 32 files a second. */
const COST_OF_OPENING = 8 * 1024;
const INTERVAL_MS = 5000;
