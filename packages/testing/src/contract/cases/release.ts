import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { WatcherEvent } from '@watcher/core';
import type { Trial } from '../trial.ts';
import type { Cases } from './case.ts';

/** More than a test runner has timers of its own that may end meanwhile, and so hide one that is left. */
const STREAMS = 5;
/** After how many turns of the event loop a stream is closed: in the same breath, and ever later. */
const MOMENTS = [0, 1, 2, 3, 5, 8];

/** What is left of a stream that is closed: nothing. */
export const release: Cases = {
  'a closed stream leaves no timer, socket or handle behind': async (trial) => {
    // What is made once and for all, such as a thread or a pool, is made now and does not count.
    await useOne(trial);
    const before = count(process.getActiveResourcesInfo());
    for (let i = 0; i < STREAMS; i++) await useOne(trial);
    await trial.until(
      () => more(before).length === 0,
      () => `everything to be released; left over: ${more(before).join(', ')}`,
    );
  },

  'a stream that is closed before it is ready leaves nothing behind either': async (trial) => {
    await useOne(trial);
    const before = count(process.getActiveResourcesInfo());
    for (const moment of MOMENTS) {
      for (let i = 0; i < STREAMS; i++) {
        const stream = trial.open();
        if (moment > 0) await trial.turns(moment);
        await trial.within(stream.close(), 'close() to resolve');
      }
    }
    await trial.until(
      () => more(before).length === 0,
      () => `everything to be released; left over: ${more(before).join(', ')}`,
    );
  },

  'a closed stream leaves no listener on its signal': async (trial) => {
    const { signal } = new AbortController();
    for (let i = 0; i < STREAMS; i++) {
      const stream = await trial.ready({ signal });
      await trial.within(stream.close(), 'close() to resolve');
    }
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  },

  'an aborted stream leaves no listener on its signal': async (trial) => {
    const controller = new AbortController();
    const stream = await trial.ready({ signal: controller.signal });
    controller.abort();
    await trial.within(stream.closed, '`closed` to resolve');
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  },
};

async function useOne<E extends WatcherEvent>(trial: Trial<E>): Promise<void> {
  const stream = await trial.ready();
  await trial.take(stream[Symbol.asyncIterator](), await trial.change());
  await trial.within(stream.close(), 'close() to resolve');
}

/** The active resources of which there are more than before. */
function more(before: ReadonlyMap<string, number>): string[] {
  const now = count(process.getActiveResourcesInfo().filter((name) => !IGNORED.has(name)));
  return [...now].filter(([name, n]) => n > (before.get(name) ?? 0)).map(([name, n]) => `${n} ${name}`);
}

/** What the wait itself uses. */
const IGNORED = new Set(['Immediate']);

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
