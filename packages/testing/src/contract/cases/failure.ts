import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { isWatcherError, type WatcherEvent } from '@watcher/core';
import { assertReleased } from '../leftovers.ts';
import type { Cases } from './case.ts';

const STREAMS = 5;

/** A fault that no retry can mend. Tried on a subject that has one. */
export const failure: Cases = {
  'a permanent fault rejects `ready`, fails the stream and is thrown from the loop': async (trial) => {
    const stream = trial.open();
    const events: WatcherEvent[] = [];
    const loop = async () => {
      for await (const event of stream) events.push(event);
    };
    const { reason, error } = await trial.within(stream.closed, '`closed` to resolve');
    assert.equal(reason, 'failed');
    assert.ok(isWatcherError(error), 'a failed stream has no WatcherError');
    const same = (thrown: unknown) => thrown === error;
    await assert.rejects(trial.within(stream.ready, '`ready` to reject'), same);
    await assert.rejects(trial.within(loop(), 'the loop to throw'), same);
    assert.equal(error.retryable, false);
    assert.equal(error.source, trial.subject.source);
  },

  'a failed stream throws once, and is over then': async (trial) => {
    const stream = trial.open();
    const events = stream[Symbol.asyncIterator]();
    await assert.rejects(trial.within(events.next(), 'the iteration to throw'), isWatcherError);
    for (let i = 0; i < 2; i++) {
      const next = await trial.within(events.next(), 'the iteration to end');
      assert.deepEqual(next, { value: undefined, done: true });
    }
  },

  'a failed stream leaves no timer, socket or handle behind': async (trial) => {
    const failSome = async () => {
      const streams = Array.from({ length: STREAMS }, () => trial.open());
      await trial.within(Promise.all(streams.map(({ closed }) => closed)), '`closed` to resolve');
    };
    await failSome();
    await assertReleased(trial, failSome);
  },

  'a failed stream leaves no listener on its signal': async (trial) => {
    const { signal } = new AbortController();
    await trial.within(trial.open({ signal }).closed, '`closed` to resolve');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  },

  'a permanent fault that nobody awaits is no unhandled rejection': async (trial) => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listener);
    try {
      await trial.within(trial.open().closed, '`closed` to resolve');
      await trial.turns(3);
    } finally {
      process.off('unhandledRejection', listener);
    }
    assert.deepEqual(unhandled, []);
  },
};
