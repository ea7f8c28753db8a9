/** Remembers the latest lines: at least `size` of them, and at most twice as many. */
export class RecentLines {
  readonly #size: number;
  #current = new Set<string>();
  #previous: ReadonlySet<string> = new Set();

  constructor(size: number) {
    this.#size = size;
  }

  has(line: string): boolean {
    return this.#current.has(line) || this.#previous.has(line);
  }

  /** Returns false for a line that it remembers already. */
  add(line: string): boolean {
    if (this.has(line)) return false;
    this.#current.add(line);
    if (this.#current.size >= this.#size) {
      this.#previous = this.#current;
      this.#current = new Set();
    }
    return true;
  }
}
