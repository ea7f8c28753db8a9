import { type FileState, sameFile } from './snapshot.ts';

/** One change of one name. */
export type Change =
  | {
      readonly kind: 'created' | 'written';
      readonly name: string;
      readonly state: FileState;
      readonly from?: string;
    }
  | { readonly kind: 'deleted'; readonly name: string }
  | { readonly kind: 'renamed'; readonly name: string; readonly to: string };

/**
 * What leads from `known` to `found`. A name that is in `found` was looked at: a state is what it is now, undefined
 * that it is gone. A name that is not in `found` is as it was.
 *
 * A name that is gone and whose file is now found under another is renamed: its Renamed comes right before the
 * Created, or Written, of the new name. Whoever applies the changes in order is never told of a name too early.
 */
export function difference(
  known: ReadonlyMap<string, FileState>,
  found: ReadonlyMap<string, FileState | undefined>,
  rewrites: boolean,
): Change[] {
  const from = renames(known, found);
  const moved = new Set(from.values());
  const changes: Change[] = [];
  for (const [name, state] of found) {
    const before = known.get(name);
    if (!state) {
      if (before && !moved.has(name)) changes.push({ kind: 'deleted', name });
      continue;
    }
    const old = from.get(name);
    if (old !== undefined) {
      changes.push({ kind: 'renamed', name: old, to: name });
      changes.push({ kind: before ? 'written' : 'created', name, state, from: old });
    } else if (!before) {
      changes.push({ kind: 'created', name, state });
    } else if (differs(before, state, rewrites)) {
      changes.push({ kind: 'written', name, state });
    }
  }
  return changes;
}

/** Whether a file is another than it was, as far as its consumers are concerned. */
export function differs(before: FileState, now: FileState, rewrites: boolean): boolean {
  if (rewrites && (!sameFile(before, now) || before.mtimeNs !== now.mtimeNs)) return true;
  if (before.hash !== '' && now.hash !== '') return before.hash !== now.hash;
  // The content of one of them is not known.
  return (
    before.hash !== now.hash ||
    before.size !== now.size ||
    before.mtimeNs !== now.mtimeNs ||
    before.ctimeNs !== now.ctimeNs ||
    !sameFile(before, now)
  );
}

/** New name to old, each used once. */
function renames(
  known: ReadonlyMap<string, FileState>,
  found: ReadonlyMap<string, FileState | undefined>,
): Map<string, string> {
  const gone = new Map<string, FileState>();
  for (const [name, state] of found) {
    const before = known.get(name);
    if (!state && before) gone.set(name, before);
  }
  const from = new Map<string, string>();
  if (gone.size === 0) return from;
  for (const [name, state] of found) {
    if (!state) continue;
    const before = known.get(name);
    if (before && sameFile(before, state)) continue;
    for (const [old, was] of gone) {
      if (!sameFile(was, state)) continue;
      from.set(name, old);
      gone.delete(old);
      break;
    }
  }
  return from;
}
