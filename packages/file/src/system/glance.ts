import { type BigIntStats, stat, statSync } from 'node:fs';
import { isAbsence } from './faults.ts';
import { pathOf, type Stat } from './snapshot.ts';

/** What a glance at a name shows: its stat, nothing, or that it cannot be told. */
export type Glance = Stat | 'absent' | { readonly error: unknown };

/**
 * A glance at each name, without reading any content: what the safety poll compares. `each` is called with the names
 * in whatever order.
 *
 * @param isNear whether a name can be looked at without waiting for anything, being on a local file system. That is
 *   done in the event loop itself, a few at a time: the way through the thread pool costs several times the look
 */
export async function glance(
  directory: string,
  names: Iterable<string>,
  isNear: (name: string) => boolean,
  signal: AbortSignal,
  each: (name: string, glance: Glance) => void,
): Promise<void> {
  const far: string[] = [];
  let looked = 0;
  for (const name of names) {
    if (!isNear(name)) {
      far.push(name);
      continue;
    }
    if (++looked % NEAR_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return;
    each(name, glanceInLoop(directory, name));
  }
  for (let start = 0; start < far.length && !signal.aborted; start += FAR_AT_ONCE) {
    await glanceInPool(directory, far.slice(start, start + FAR_AT_ONCE), each);
  }
}

/** Less than half a millisecond's worth. */
const NEAR_AT_ONCE = 100;
const FAR_AT_ONCE = 1000;

function glanceInLoop(directory: string, name: string): Glance {
  try {
    return glanceOf(statSync(pathOf(directory, name), STAT_OPTIONS));
  } catch (error) {
    return glanceOf(undefined, error);
  }
}

const STAT_OPTIONS = { bigint: true, throwIfNoEntry: false } as const;

// A callback each, and no promise: at a thousand files a second, this is what idling costs.
function glanceInPool(
  directory: string,
  names: readonly string[],
  each: (name: string, glance: Glance) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = names.length;
    for (const name of names) {
      stat(pathOf(directory, name), STAT_OPTIONS, (error, found) => {
        // Out of here it would be nobody's to catch.
        try {
          each(name, glanceOf(found, error));
        } catch (cause) {
          reject(cause);
        }
        if (--left === 0) resolve();
      });
    }
  });
}

function glanceOf(found: BigIntStats | undefined, error?: unknown): Glance {
  if (found) return found.isFile() ? found : 'absent';
  return error && !isAbsence(error) ? { error } : 'absent';
}
