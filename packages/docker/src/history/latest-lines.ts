import { MAX_HELD } from '../events/line-splitter.ts';

/** How many lines of an answer are kept at least: more than any ring holds, but Podman reads a whole log file. */
const KEPT = 4096;

/** The latest lines of an answer: of very many, or very long ones, not all. */
export class LatestLines {
  readonly lines: string[] = [];
  /** Whether none was let go. */
  areAll = true;
  #length = 0;

  add(line: string): void {
    this.lines.push(line);
    this.#length += line.length;
    if (this.lines.length <= 2 * KEPT && this.#length <= MAX_HELD) return;
    this.areAll = false;
    // Half of them at a time, so that each line is moved seldom, however many there are.
    let first = 0;
    while (this.lines.length - first > KEPT || this.#length > MAX_HELD / 2) {
      this.#length -= (this.lines[first++] as string).length;
    }
    this.lines.splice(0, first);
  }
}
