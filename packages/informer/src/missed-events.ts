/** Keys that one report names. */
const NAMED = 5;
/** Keys that are tracked one by one; the rest is counted. */
const TRACKED = 1000;

/**
 * Differences that a resync found although no event had announced them. An event may still be on its way, so each is
 * reported only when none has come for a while, and once until events are known to arrive again.
 */
export class MissedEvents {
  readonly #grace: number;
  readonly #keys = new Set<string>();
  #more = 0;
  #dueAt: number | undefined;
  #isReported = false;
  #eventsSinceReport = false;

  /** @param grace milliseconds in which the event about a difference may still arrive */
  constructor(grace: number) {
    this.#grace = grace;
  }

  /** When {@link due} has to be asked next. */
  get dueAt(): number | undefined {
    return this.#dueAt;
  }

  /** A resync is over, with these differences. */
  resynced(keys: readonly string[], now: number): void {
    if (keys.length === 0 && this.#eventsSinceReport) this.#isReported = false;
    if (keys.length === 0 || this.#isReported) return;
    for (const key of keys) {
      if (this.#keys.size < TRACKED) this.#keys.add(key);
      else this.#more++;
    }
    this.#dueAt ??= now + this.#grace;
  }

  eventAbout(key: string): void {
    this.#eventsSinceReport = true;
    this.#keys.delete(key);
  }

  /** The stream reported lost events: they explain the differences. */
  explained(): void {
    this.#keys.clear();
    this.#more = 0;
    this.#dueAt = undefined;
  }

  /** Returns the keys to report now, the first few of them, and how many there are. */
  due(now: number): { readonly keys: readonly string[]; readonly count: number } | undefined {
    if (this.#dueAt === undefined || now < this.#dueAt) return undefined;
    const keys = [...this.#keys].slice(0, NAMED);
    const count = this.#keys.size + this.#more;
    this.explained();
    if (keys.length === 0) return undefined;
    this.#isReported = true;
    this.#eventsSinceReport = false;
    return { keys, count };
  }
}
