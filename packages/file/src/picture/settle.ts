import type { SettleTimes } from '../options.ts';
import { type FileState, type Look, type Stat, sameFile, sameStat } from '../system/snapshot.ts';

/** A name of which something may be new. All moments are on the monotonic clock. */
export interface Doubt {
  readonly name: string;
  /** The first hint. */
  readonly since: number;
  /** The latest hint. */
  hinted: number;
  /** How many hints there were. */
  hints: number;
  /** Whether the name came or went by the latest hint, and nothing was written since. */
  moved: boolean;
  /** When to look. */
  due: number;
  /** What it was when it was seen since the latest hint, if it was; it has to be that still to be believed. */
  seen: Stat | undefined;
  /** Since when it has been gone. */
  gone: number | undefined;
  /** Whether it was decided, one way or another. */
  settled: boolean;
}

/** The names in doubt, and when each is to be looked at. */
export class Doubts {
  readonly #doubts = new Map<string, Doubt>();
  readonly #times: SettleTimes;

  constructor(times: SettleTimes) {
    this.#times = times;
  }

  /**
   * Something may have happened to `name`: it is to be left alone from now on, though not longer than the bound. A name
   * that came is looked at soon: it may be that of a whole file.
   */
  hint(name: string, now: number, moved = false): Doubt {
    let doubt = this.#doubts.get(name);
    if (!doubt) {
      doubt = {
        name,
        since: now,
        hinted: now,
        hints: 0,
        moved,
        due: 0,
        seen: undefined,
        gone: undefined,
        settled: false,
      };
      this.#doubts.set(name, doubt);
    }
    doubt.hinted = now;
    doubt.hints++;
    doubt.moved = moved;
    doubt.seen = undefined;
    const wait = moved ? Math.min(PLACED_MS, this.#times.quiet) : this.#times.quiet;
    doubt.due = Math.min(now + wait, Math.max(now, doubt.since + this.#times.bound));
    return doubt;
  }

  /** Whether there are so many that names of which nothing is known had better be left to a look at the directory. */
  get isFull(): boolean {
    return this.#doubts.size >= FULL;
  }

  get(name: string): Doubt | undefined {
    return this.#doubts.get(name);
  }

  settle(name: string): void {
    const doubt = this.#doubts.get(name);
    if (doubt) doubt.settled = true;
    this.#doubts.delete(name);
  }

  [Symbol.iterator](): Iterator<Doubt> {
    return this.#doubts.values();
  }

  due(now: number): Doubt[] {
    return [...this.#doubts.values()].filter((doubt) => doubt.due <= now);
  }

  /** The earliest moment at which a name is to be looked at, or undefined. */
  next(): number | undefined {
    let next: number | undefined;
    for (const { due } of this.#doubts.values()) if (next === undefined || due < next) next = due;
    return next;
  }
}

const FULL = 2000;

/** Time for the notification of a write to follow that of the name. */
const PLACED_MS = 2;

/**
 * Whether a look at a name in doubt can be believed: `undefined` when it can, else the moment to look again. `known`
 * is what the consumers know, `hintsBefore` how many hints there were when the look began. A file that is known under
 * another name may be the backup of an editor, which is about to write it anew.
 */
export function lookAgainAt(
  doubt: Doubt,
  found: Look,
  known: FileState | undefined,
  hintsBefore: number,
  now: number,
  times: SettleTimes,
  isKnownElsewhere = false,
): number | undefined {
  const bound = doubt.since + times.bound;
  if (found.kind === 'unknown' || (found.kind === 'absent' && !known)) return undefined;
  const settledBy = Math.min(doubt.hinted + times.quiet, bound);
  // A look before its time shows nothing but a file that was put there as a whole.
  if (doubt.moved && now < settledBy && (isKnownElsewhere || !isPlaced(found, known))) return settledBy;
  if (found.kind === 'absent') {
    doubt.seen = undefined;
    doubt.gone ??= now;
    const overBy = doubt.gone + times.grace;
    return now < overBy ? overBy : undefined;
  }
  doubt.gone = undefined;
  if (now >= bound) return undefined;
  // It may have been looked at too early.
  if (doubt.hints !== hintsBefore) return doubt.due;
  const changed = doubt.seen !== undefined && !sameStat(doubt.seen, found.state);
  doubt.seen = found.state;
  if (changed) doubt.hinted = now;
  if (changed || found.kind === 'unstable') return Math.min(now + times.quiet, bound);
  const filledBy = Math.min(doubt.hinted + times.patience, bound);
  return looksHalfWritten(found.state, known) && now < filledBy ? filledBy : undefined;
}

/**
 * Whether another file than the known one came to a name, and was not made under it: the system notifies of a name
 * that was made, too, but then the file is empty, or the notification of a write follows. A file with other names may
 * be written under them.
 */
function isPlaced(found: Look, known: FileState | undefined): boolean {
  if (found.kind !== 'file') return false;
  const { state } = found;
  return state.size > 0n && state.nlink === 1n && state.hasReliableStat && !(known && sameFile(known, state));
}

/** Whether a file is in doubt for its youth alone: a glance found it as it is known, and no hint has come since. */
export function isOnlyYoung({ seen }: Doubt, known: FileState | undefined): boolean {
  return seen !== undefined && known !== undefined && sameStat(seen, known);
}

/** Empty, or the same file suddenly less than half as long: most likely the first half of a truncate and write. */
function looksHalfWritten(now: FileState, known: FileState | undefined): boolean {
  if (now.size === 0n) return known?.size !== 0n;
  return known !== undefined && now.ino === known.ino && now.dev === known.dev && now.size * 2n < known.size;
}
