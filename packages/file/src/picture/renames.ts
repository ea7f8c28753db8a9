import { glance } from '../system/glance.ts';
import { type FileState, isPlainName, listNames, look, type Stat, sameFile } from '../system/snapshot.ts';
import { type Found, findMoves } from './difference.ts';
import type { Picture } from './picture.ts';
import type { Doubts } from './settle.ts';

export interface RenameSearch {
  readonly directory: string;
  readonly picture: Picture;
  readonly doubts: Doubts;
  /** Whether a name may be told to anyone. */
  readonly isShown: (name: string) => boolean;
  readonly signal: AbortSignal;
}

/** More names than this are not searched for a file that is gone; it counts as deleted. */
const SEARCHED = 2000;

/**
 * Finds the renames in what was `found`, which holds only names that have settled. So it looks at what belongs to
 * them and has not: the old name of a new one is added to `found`, and a name that is gone is taken out again while
 * its new name is in doubt still.
 */
export async function findRenames(
  found: Map<string, FileState | undefined>,
  search: RenameSearch,
): Promise<Map<string, string>> {
  await addOldNames(found, search);
  const moves = findMoves(search.picture.files, found);
  await followLost(found, moves, search);
  return moves;
}

async function addOldNames(found: Map<string, FileState | undefined>, search: RenameSearch): Promise<void> {
  const known = search.picture.files;
  for (const [name, state] of [...found]) {
    const before = known.get(name);
    if (!state || (before && sameFile(before, state))) continue;
    for (const [old, was] of known) {
      if (found.has(old) || !sameFile(was, state)) continue;
      const { kind } = await look(search.directory, old, 0);
      if (kind === 'absent') found.set(old, undefined);
    }
  }
}

async function followLost(
  found: Map<string, FileState | undefined>,
  moves: Map<string, string>,
  search: RenameSearch,
): Promise<void> {
  const { directory, picture, doubts, isShown, signal } = search;
  const lost = lostFiles(found, moves, picture);
  if (lost.size === 0) return;
  const names = await listNames(directory).catch(() => []);
  const strange = names.filter((name) => {
    return isPlainName(name) && !found.has(name) && (doubts.get(name) || !picture.files.has(name));
  });
  if (strange.length > SEARCHED) return;
  await glance(
    directory,
    strange,
    () => false,
    signal,
    (name, seen) => {
      if (seen === 'absent' || 'error' in seen) return;
      const old = oldName(lost, seen);
      if (old === undefined) return;
      const arriving = doubts.get(name);
      const leaving = doubts.get(old);
      if (arriving && leaving) {
        leaving.due = Math.max(arriving.due, leaving.due + 1);
        found.delete(old);
      } else if (isShown(name)) {
        moves.set(old, name);
      }
      lost.delete(old);
    },
  );
}

/** Files that are gone and that are under none of the names found. */
function lostFiles(
  found: Found,
  moves: ReadonlyMap<string, string>,
  picture: Picture,
): Map<string, FileState> {
  const lost = new Map<string, FileState>();
  for (const [name, state] of found) {
    const was = picture.files.get(name);
    if (!state && was && !moves.has(name)) lost.set(name, was);
  }
  return lost;
}

function oldName(lost: ReadonlyMap<string, FileState>, seen: Stat): string | undefined {
  for (const [name, was] of lost) if (sameFile(was, seen)) return name;
  return undefined;
}
