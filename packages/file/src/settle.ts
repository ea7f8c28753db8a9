import type { SettleTimes } from './options.ts';
import { type FileState, type Look, type Stat, sameStat } from './snapshot.ts';

/** A name of which something may be new. All moments are on the monotonic clock. */
export interface Doubt {
  /** The first hint. */
  readonly since: number;
  /** The latest hint. */
  hinted: number;
  /** When to look. */
  due: number;
  /** What it was when it was last seen, where it was; it has to be that still to be believed. */
  seen: Stat | undefined;
  /** Since when it has been gone. */
  gone: number | undefined;
  /** Whether it was settled, one way or another. */
  settled: boolean;
}

/** The names in doubt, and when each is to be looked at. */
export class Doubts {
  readonly #doubts = new Map<string, Doubt>();
  readonly #times: SettleTimes;

  constructor(times: SettleTimes) {
    this.#times = times;
  }

  /** Something may have happened to `name`: it is to be left alone from now on, though not longer than the bound. */
  hint(name: string, now: number): Doubt {
    let doubt = this.#doubts.get(name);
    if (!doubt) {
      doubt = { since: now, hinted: now, due: 0, seen: undefined, gone: undefined, settled: false };
      this.#doubts.set(name, doubt);
    }
    doubt.hinted = now;
    doubt.due = Math.min(now + this.#times.quiet, Math.max(now, doubt.since + this.#times.bound));
    return doubt;
  }

  has(name: string): boolean {
    return this.#doubts.has(name);
  }

  get(name: string): Doubt | undefined {
    return this.#doubts.get(name);
  }

  settle(name: string): void {
    const doubt = this.#doubts.get(name);
    if (doubt) doubt.settled = true;
    this.#doubts.delete(name);
  }

  entries(): Iterable<[string, Doubt]> {
    return this.#doubts;
  }

  /** The earliest moment at which a name is to be looked at, or undefined. */
  next(): number | undefined {
    let next: number | undefined;
    for (const { due } of this.#doubts.values()) if (next === undefined || due < next) next = due;
    return next;
  }
}

/**
 * Whether a look at a name in doubt can be believed: `undefined` when it can, else the moment to look again.
 * `known` is what its consumers know.
 */
export function lookAgainAt(
  doubt: Doubt,
  found: Look,
  known: FileState | undefined,
  now: number,
  times: SettleTimes,
): number | undefined {
  if (found.kind === 'absent') {
    if (!known) return undefined;
    doubt.gone ??= now;
    doubt.seen = undefined;
    return now >= doubt.gone + times.grace ? undefined : doubt.gone + times.grace;
  }
  doubt.gone = undefined;
  const bound = doubt.since + times.bound;
  if (now >= bound || found.kind === 'unknown') return undefined;
  const seen = doubt.seen;
  doubt.seen = found.state;
  if (found.kind === 'unstable' || (seen && !sameStat(seen, found.state)))
    return Math.min(now + times.quiet, bound);
  const filledBy = Math.min(doubt.hinted + times.patience, bound);
  if (looksHalfWritten(found.state, known) && now < filledBy) return filledBy;
  return undefined;
}

/** Empty, or suddenly less than half as long: most likely the first half of a truncate and write. */
function looksHalfWritten(now: FileState, known: FileState | undefined): boolean {
  if (now.size === 0n) return known?.size !== 0n;
  return known !== undefined && now.ino === known.ino && now.dev === known.dev && now.size < known.size / 2n;
}
