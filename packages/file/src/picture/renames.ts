import type { FileSystem } from '../fs/file-system.ts';
import { type Glance, glance } from '../system/glance.ts';
import { type FileState, isOwnName, isPlainName, listNames, look } from '../system/snapshot.ts';
import { arrivalsAmong, type Found, findMoves } from './difference.ts';
import { keptItsNames, NamesByFile } from './names-by-file.ts';
import type { Picture } from './picture.ts';
import type { Doubts } from './settle.ts';

export interface RenameSearch {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly picture: Picture;
  readonly doubts: Doubts;
  /** Whether a name may be told to anyone. */
  readonly isShown: (name: string) => boolean;
  /** Whether somebody asks for a name. */
  readonly isWanted: (name: string) => boolean;
  /** On the monotonic clock. */
  readonly now: number;
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
  const arrivals = arrivalsAmong(found, known);
  if (arrivals.isEmpty) return;
  for (const [old, was] of known) {
    if (found.has(old) || was.linked || arrivals.of(was).length === 0) continue;
    const { kind } = await look(search.directory, old, 0, search.fileSystem);
    if (kind === 'absent') found.set(old, undefined);
  }
}

async function followLost(
  found: Map<string, FileState | undefined>,
  moves: Map<string, string>,
  search: RenameSearch,
): Promise<void> {
  const { doubts, isShown, isWanted, now } = search;
  const lost = lostFiles(found, moves, search.picture);
  if (lost.isEmpty) return;
  const taken = new Set(moves.values());
  for (const [old, names] of await newNames(lost, found, search)) {
    const arriving = names.flatMap(
      (name) => doubts.get(name) ?? (isWanted(name) ? doubts.hint(name, now) : []),
    );
    // Of several names of one file, any may have been there before.
    const name = names.length === 1 ? names[0] : undefined;
    if (arriving.length > 0) {
      const leaving = doubts.get(old) ?? doubts.hint(old, now);
      leaving.due = Math.max(...arriving.map(({ due }) => due), leaving.due + 1);
      found.delete(old);
    } else if (name !== undefined && !taken.has(name) && isShown(name)) {
      taken.add(name);
      moves.set(old, name);
    }
  }
}

/** Files that are gone and that are under none of the names found. */
function lostFiles(found: Found, moves: ReadonlyMap<string, string>, picture: Picture): NamesByFile {
  const lost = [...found].filter(([name, state]) => !state && !moves.has(name));
  return new NamesByFile(lost.map(([name]) => [name, picture.files.get(name)]));
}

/** Names that files which are lost have now, by the name that they had. */
async function newNames(
  lost: NamesByFile,
  found: Found,
  { directory, fileSystem, picture, doubts }: RenameSearch,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = await listNames(directory, fileSystem).catch(() => []);
  const strange = names.filter((name) => {
    return isPlainName(name) && !found.has(name) && (doubts.get(name) || !picture.files.has(name));
  });
  const candidates = new Map<string, string[]>();
  if (strange.length > SEARCHED) return candidates;
  const consider = (name: string, seen: Glance) => {
    if (seen === 'absent' || 'error' in seen) return;
    for (const [old, was] of lost.of(seen)) {
      if (keptItsNames(was, seen)) candidates.set(old, [...(candidates.get(old) ?? []), name]);
    }
  };
  await glance(directory, strange, () => false, fileSystem, consider);
  for (const [old, seen] of candidates) {
    const own: string[] = [];
    for (const name of seen) if (await isOwnName(directory, name, fileSystem)) own.push(name);
    candidates.set(old, own);
  }
  return candidates;
}
