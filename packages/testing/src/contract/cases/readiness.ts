import assert from 'node:assert/strict';
import { isWatcherError } from '@watcher/core';
import type { Cases } from './case.ts';

/** When watching begins, and what `ready` says. */
export const readiness: Cases = {
  'watching begins with events(), without a consumer': async (trial) => {
    const stream = await trial.ready();
    const expected = await trial.changeReceived(stream);
    await trial.take(stream[Symbol.asyncIterator](), expected);
  },

  'once `ready` has resolved, a change is an event': async (trial) => {
    const stream = await trial.ready();
    const events = stream[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await trial.take(events, await trial.change());
  },

  '`ready` rejects with ABORTED when the stream is closed first': async (trial) => {
    const stream = trial.open();
    const closed = stream.close();
    await assert.rejects(trial.within(stream.ready, '`ready` to reject'), (error) =>
      isWatcherError(error, 'ABORTED'),
    );
    await trial.within(closed, 'close() to resolve');
  },

  '`ready` rejects with ABORTED when the signal is aborted already': async (trial) => {
    const stream = trial.open({ signal: AbortSignal.abort() });
    await assert.rejects(trial.within(stream.ready, '`ready` to reject'), (error) =>
      isWatcherError(error, 'ABORTED'),
    );
  },

  'a `ready` that nobody awaits is no unhandled rejection': async (trial) => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listener);
    try {
      const aborted = trial.open({ signal: AbortSignal.abort() });
      const closing = trial.open();
      await trial.within(Promise.all([closing.close(), aborted.close()]), 'close() to resolve');
      await trial.turns(3);
    } finally {
      process.off('unhandledRejection', listener);
    }
    assert.deepEqual(unhandled, []);
  },
};
