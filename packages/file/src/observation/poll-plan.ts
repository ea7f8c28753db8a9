/**
 * Decides which names a poll compares. Where the system notifies of changes the poll is only a safety net, and a large
 * directory is compared in turns: every name once a round.
 */
export class PollPlan {
  #listed: readonly string[] | undefined;
  #names: readonly string[] = [];
  #next = 0;

  /** Begins a round with a comparison of all names. `listed` is the listing that they are from. */
  begin(listed: readonly string[] | undefined, names: readonly string[]): readonly string[] {
    this.#listed = listed;
    this.#names = names;
    this.#next = 0;
    return names;
  }

  /** Returns the names whose turn it is; undefined when the listing is not that of the round: all have to be compared. */
  turn(listed: readonly string[] | undefined): readonly string[] | undefined {
    if (listed === undefined || listed !== this.#listed) return undefined;
    if (this.#names.length <= NAMES_PER_TURN) return this.#names;
    if (this.#next >= this.#names.length) this.#next = 0;
    const names = this.#names.slice(this.#next, this.#next + NAMES_PER_TURN);
    this.#next += NAMES_PER_TURN;
    return names;
  }
}

/** Less than 1 % of a core, once a second. */
const NAMES_PER_TURN = 1000;
