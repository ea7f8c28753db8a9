import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { WatcherEvent } from '@watcher/core';
import { assertReleased } from '../leftovers.ts';
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
    await useSome(trial);
    await assertReleased(trial, () => useSome(trial));
  },

  'a stream that is closed before it is ready leaves nothing behind either': async (trial) => {
    await useSome(trial);
    await assertReleased(trial, async () => {
      for (const moment of MOMENTS) {
        for (let i = 0; i < STREAMS; i++) {
          const stream = trial.open();
          if (moment > 0) await trial.turns(moment);
          await trial.within(stream.close(), 'close() to resolve');
        }
      }
    });
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

/** Uses several at once, and closes them all in one moment. */
async function useSome<E extends WatcherEvent>(trial: Trial<E>): Promise<void> {
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => trial.ready()));
  const expected = await trial.change();
  await Promise.all(streams.map((stream) => trial.take(stream[Symbol.asyncIterator](), expected)));
  await trial.within(Promise.all(streams.map((stream) => stream.close())), 'close() to resolve');
}
