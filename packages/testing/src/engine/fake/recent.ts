/** The latest entries of a list that has no end. */
export class Recent<T> {
  readonly #kept: number;
  #entries: T[] = [];
  /** How many there were in all. */
  count = 0;

  constructor(kept: number) {
    this.#kept = kept;
  }

  add(entry: T): void {
    this.count++;
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#kept) this.#entries = this.#entries.slice(-this.#kept);
  }

  /** Oldest first. */
  list(): T[] {
    return this.#kept === 0 ? [] : this.#entries.slice(-this.#kept);
  }
}
