/** What happened, in numbers, in one round or in many. */
export type Tally = Readonly<Record<string, number>>;

/** Counts things by name. */
export class Counter {
  readonly #counts: Record<string, number> = {};

  count(name: string, times = 1): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + times;
  }

  add(tally: Tally): void {
    for (const [name, times] of Object.entries(tally)) this.count(name, times);
  }

  get tally(): Tally {
    return this.#counts;
  }
}
