/**
 * Decides which names a poll compares. Where the system notifies of changes the poll is only a safety net, and a large
 * directory is compared in turns.
 */
export class PollPlan {
  #listed: readonly string[] | undefined;
  #round: readonly string[] = [];
  #next = 0;

  /** Whether the names are those of the last round, as far as that shows without comparing them. */
  isSame(listed: readonly string[] | undefined): boolean {
    return listed !== undefined && listed === this.#listed;
  }

  /** Begins a round with all of `names`, and gives the first turn: every name, if `isWhole`. */
  begin(
    listed: readonly string[] | undefined,
    names: readonly string[],
    isWhole: boolean,
  ): readonly string[] {
    this.#listed = listed;
    this.#round = names;
    this.#next = 0;
    if (!isWhole) return this.turn() ?? names;
    this.#next = names.length;
    return names;
  }

  /** The next turn of the round; undefined when the round is over. */
  turn(): readonly string[] | undefined {
    if (this.#next >= this.#round.length) return undefined;
    const names = this.#round.slice(this.#next, this.#next + NAMES_PER_TURN);
    this.#next += NAMES_PER_TURN;
    return names;
  }
}

/** About 1 % of a core, once a second. */
const NAMES_PER_TURN = 2500;
