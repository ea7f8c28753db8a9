import { type BigIntStats, lstatSync, stat } from 'node:fs';
import { promisify } from 'node:util';
import type { FileSystem } from '../fs/file-system.ts';
import { isAbsence } from './faults.ts';
import { pathOf, type Stat } from './snapshot.ts';

/** What a glance at a name shows: its stat, nothing, or that it cannot be told. */
export type Glance = Stat | 'absent' | { readonly error: unknown };

/**
 * A glance at each name, without reading any content: what the safety poll compares. `each` is called with the names
 * in whatever order.
 *
 * What is on a local file system is looked at in the event loop, a few at a time: the way through the thread pool costs
 * several times the look. Symbolic links lead anywhere, and go through the pool; so does what may not answer.
 *
 * @param isLink whether a name is known as a symlink. One that is not is found out
 */
export async function glance(
  directory: string,
  names: Iterable<string>,
  isLink: (name: string) => boolean,
  fileSystem: FileSystem,
  each: (name: string, glance: Glance) => void,
): Promise<void> {
  const place = fileSystem.locate(directory);
  const mountPoints = fileSystem.mountPointsIn(place);
  const far: string[] = [];
  let looked = 0;
  for (const name of names) {
    if (!place.isLocal || mountPoints.has(name) || isLink(name)) {
      far.push(name);
      continue;
    }
    if (++looked % NEAR_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    if (fileSystem.signal.aborted) return;
    const seen = glanceInLoop(directory, name);
    if (seen === 'link') far.push(name);
    else each(name, seen);
  }
  for (let start = 0; start < far.length && !fileSystem.signal.aborted; start += FAR_AT_ONCE) {
    const some = far.slice(start, start + FAR_AT_ONCE);
    await Promise.all(some.map((name) => glanceInPool(directory, name, fileSystem, each)));
  }
}

/** Less than half a millisecond's worth. */
const NEAR_AT_ONCE = 100;
const FAR_AT_ONCE = 1000;

function glanceInLoop(directory: string, name: string): Glance | 'link' {
  try {
    const found = lstatSync(pathOf(directory, name), STAT_OPTIONS);
    return found?.isSymbolicLink() ? 'link' : glanceOf(found);
  } catch (error) {
    return glanceOf(undefined, error);
  }
}

const STAT_OPTIONS = { bigint: true, throwIfNoEntry: false } as const;

async function glanceInPool(
  directory: string,
  name: string,
  fileSystem: FileSystem,
  each: (name: string, glance: Glance) => void,
): Promise<void> {
  const path = pathOf(directory, name);
  let seen: Glance;
  try {
    seen = glanceOf(await fileSystem.call(fileSystem.locate(path), () => statAsync(path, { bigint: true })));
  } catch (error) {
    seen = glanceOf(undefined, error);
  }
  if (!fileSystem.signal.aborted) each(name, seen);
}

const statAsync = promisify<string, { bigint: true }, BigIntStats>(stat);

function glanceOf(found: BigIntStats | undefined, error?: unknown): Glance {
  if (found) return found.isFile() ? found : 'absent';
  return error && !isAbsence(error) ? { error } : 'absent';
}
