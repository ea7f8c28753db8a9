import assert from 'node:assert/strict';
import type { WatcherEvent } from '@watcher/core';
import type { Trial } from './trial.ts';

/**
 * What a handle that is closed needs to be gone, and the other end of a socket to notice when it is in this process:
 * turns of the event loop, and no time.
 */
const TURNS = 50;
/** Something else in this process, such as the test runner, may begin a timer during one, and not during each. */
const ATTEMPTS = 3;

/**
 * Uses streams until they are closed, and fails when the process then holds more than before: what is released later
 * was not released when `closed` said so.
 */
export async function assertReleased<E extends WatcherEvent>(
  trial: Trial<E>,
  use: () => Promise<void>,
): Promise<void> {
  let left: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = held();
    await use();
    for (let turn = 0; turn < TURNS; turn++) {
      left = more(before, held());
      if (left.length === 0) return;
      await trial.turns(1);
    }
  }
  assert.fail(`When its streams had closed, there was left over: ${left.join(', ')}.`);
}

/** What keeps this process alive: how many of each kind. */
function held(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  counts.delete('Immediate'); // what the turns themselves use
  return counts;
}

function more(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): string[] {
  const added = Array.from(now, ([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const);
  return added.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
}
