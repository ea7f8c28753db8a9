import { type FileState, sameFile, sameStat, sameTimes } from '../system/snapshot.ts';
import { keptItsNames, NamesByFile } from './names-by-file.ts';

/** One change of one name. */
export type Change = Arrival | Departure | Move;

export interface Arrival {
  readonly kind: 'created' | 'written';
  readonly name: string;
  readonly state: FileState;
  /** The name that the file had before. */
  readonly from?: string;
  /** Whether the content is what it was under this name, another file having taken its place. */
  readonly same: boolean;
}

export interface Departure {
  readonly kind: 'deleted';
  readonly name: string;
}

export interface Move {
  readonly kind: 'renamed';
  readonly name: string;
  readonly to: string;
}

/** What looking at names has shown: what each is now, or undefined where it is gone. */
export type Found = ReadonlyMap<string, FileState | undefined>;

/**
 * What leads from `known` to `found`. A name that was not looked at is as it was. `moves` are old names and new ones.
 *
 * A Renamed comes right before the Created, or Written, of its new name, so that whoever applies the changes in
 * their order is never left with neither.
 */
export function difference(
  known: ReadonlyMap<string, FileState>,
  found: Found,
  moves: ReadonlyMap<string, string>,
  rewrites: boolean,
): Change[] {
  const origins = new Map([...moves].map(([old, name]) => [name, old]));
  const changes: Change[] = [];
  for (const [name, state] of found) {
    const before = known.get(name);
    if (!state) {
      if (!before) continue;
      const to = moves.get(name);
      if (to === undefined) changes.push({ kind: 'deleted', name });
      // The new name may be one that nobody looked at, and then nothing follows.
      else if (!found.get(to)) changes.push({ kind: 'renamed', name, to });
      continue;
    }
    const from = origins.get(name);
    const same = before !== undefined && !differs(before, state, rewrites);
    if (from !== undefined) {
      changes.push({ kind: 'renamed', name: from, to: name });
      changes.push({ kind: before ? 'written' : 'created', name, state, from, same });
    } else if (!same) {
      changes.push({ kind: before ? 'written' : 'created', name, state, same });
    }
  }
  return changes;
}

/** What is told of a name to whoever may have read another state of it than this, which nobody else was told of. */
export function asItIs(name: string, state: FileState | undefined): Change {
  return state ? { kind: 'written', name, state, same: false } : { kind: 'deleted', name };
}

/**
 * A change as it is told: of a rename from or to a name that is not shown, only the half that is. What is left may be
 * no change: nothing but a name that is not shown was moved to make it what it was.
 */
export function shownOf(change: Change, isShown: (name: string) => boolean): Change | undefined {
  if (change.kind === 'renamed') return isShown(change.to) ? change : { kind: 'deleted', name: change.name };
  if (change.kind === 'deleted' || change.from === undefined || isShown(change.from)) return change;
  const { from: _, ...arrival } = change;
  return arrival.same ? undefined : arrival;
}

/**
 * Which of the names that are gone are found under another one: old name to new. A file keeps its identity through
 * a rename; a name whose file is the one it had is nobody's new name.
 */
export function findMoves(known: ReadonlyMap<string, FileState>, found: Found): Map<string, string> {
  const moves = new Map<string, string>();
  const arrivals = arrivalsAmong(found, known);
  if (arrivals.isEmpty) return moves;
  const taken = new Set<string>();
  for (const [old, state] of found) {
    const was = known.get(old);
    if (state || !was || was.linked) continue;
    for (const [name, now] of arrivals.of(was)) {
      if (taken.has(name) || !isMoved(was, now)) continue;
      taken.add(name);
      moves.set(old, name);
      break;
    }
  }
  return moves;
}

/** Names under which another file is found than the one that is known, if any is. */
export function arrivalsAmong(found: Found, known: ReadonlyMap<string, FileState>): NamesByFile {
  return new NamesByFile([...found].filter(([name, state]) => !isSameFile(known.get(name), state)));
}

/** Whether a file is another than it was, as far as its consumers are concerned. */
export function differs(before: FileState, now: FileState, rewrites: boolean): boolean {
  if (before.content === 'torn' || now.content === 'torn') return true;
  if (rewrites && !sameStat(before, now)) return true;
  if (now.content === 'unread') {
    return before.size !== now.size || before.mtimeNs !== now.mtimeNs || !sameFile(before, now);
  }
  // Its consumers could not read it before, and now they can.
  if (before.content === 'unread') return true;
  if (before.content === 'whole' && now.content === 'whole') return before.hash !== now.hash;
  return !sameTimes(before, now) || !sameFile(before, now);
}

/**
 * The state to remember after `now` was found not to differ. A file that may not be read stays what it was, at its old
 * times: new times never stand beside the hash of an old content.
 */
export function remembered(before: FileState | undefined, now: FileState): FileState {
  return before && now.content === 'unread' ? before : now;
}

/** Where the file system keeps no birth time, the content has to speak for it. */
function isMoved(was: FileState, now: FileState): boolean {
  return keptItsNames(was, now) && (was.birthtimeNs !== 0n || was.hash === now.hash);
}

function isSameFile(a: FileState | undefined, b: FileState | undefined): boolean {
  return a !== undefined && b !== undefined && sameFile(a, b);
}
