import { type BigIntStats, stat } from 'node:fs';
import { isAbsence } from './faults.ts';
import { pathOf, type Stat } from './snapshot.ts';

/** What a glance at a name shows: its stat, nothing, or that it cannot be told. */
export type Glance = Stat | 'absent' | { readonly error: unknown };

const BATCH = 256;

/**
 * A glance at each name, without reading any content: what the safety poll compares. `each` is called with the names
 * in turn.
 */
export async function glance(
  directory: string,
  names: readonly string[],
  signal: AbortSignal,
  each: (name: string, glance: Glance) => void,
): Promise<void> {
  for (let start = 0; start < names.length && !signal.aborted; start += BATCH) {
    await glanceAtBatch(directory, names.slice(start, start + BATCH), each);
  }
}

// One callback each, and no promise: at a thousand files a second, this is what idling costs.
function glanceAtBatch(
  directory: string,
  names: readonly string[],
  each: (name: string, glance: Glance) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let left = names.length;
    for (const name of names) {
      stat(pathOf(directory, name), { bigint: true }, (error, found) => {
        each(name, glanceOf(error, found));
        if (--left === 0) resolve();
      });
    }
  });
}

function glanceOf(error: NodeJS.ErrnoException | null, found: BigIntStats): Glance {
  if (error) return isAbsence(error) ? 'absent' : { error };
  return found.isFile() ? found : 'absent';
}
