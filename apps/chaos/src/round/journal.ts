/** How many lines are kept: the last ones are those that tell why. */
const KEPT = 400;

/** What happened in a round, a line each, with when. */
export class Journal {
  readonly #lines: string[] = [];
  readonly #start = performance.now();

  note(line: string): void {
    const time = (performance.now() - this.#start).toFixed(1).padStart(9);
    this.#lines.push(`${time}  ${line}`);
    if (this.#lines.length > 2 * KEPT) this.#lines.splice(0, KEPT);
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-KEPT);
  }
}
