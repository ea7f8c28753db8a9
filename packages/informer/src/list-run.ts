/** Keys that are tracked while a list runs. Beyond it the answer is of no use, and another list follows. */
const TRACKED = 10_000;

/**
 * A running list, and the keys for which it may be older than other answers: an event came about them, or they were asked
 * for alone.
 */
export class ListRun {
  readonly reason: 'sync' | 'events' | 'resync';
  /** Whether events were lost before it began, so that the store is stale until it is applied. */
  readonly closesGap: boolean;
  /** Whether it verifies the list after a gap. */
  readonly verifiesGap: boolean;
  readonly startedAt: number;
  /** Whether events were lost since it began: differences are explained, and another list follows. */
  gapSince = false;
  readonly #touched = new Set<string>();
  #isUsable = true;

  constructor(reason: ListRun['reason'], closesGap: boolean, verifiesGap: boolean, startedAt: number) {
    this.reason = reason;
    this.closesGap = closesGap;
    this.verifiesGap = verifiesGap;
    this.startedAt = startedAt;
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  get touched(): ReadonlySet<string> {
    return this.#touched;
  }

  touch(key: string): void {
    if (this.#touched.size < TRACKED) this.#touched.add(key);
    else if (!this.#touched.has(key)) this.#isUsable = false;
  }
}
