import assert from 'node:assert/strict';
import { isWatcherError, type WatcherError } from '@watcher/core';
import type { Cases } from './case.ts';

/** Transient errors. Tried on a subject that can be disturbed. */
export const errors: Cases = {
  'a transient error is told out of band, and the stream goes on': async (trial) => {
    const heard: WatcherError[] = [];
    const stream = await trial.ready({ onError: (error) => void heard.push(error) });
    const events = stream[Symbol.asyncIterator]();
    await trial.subject.disturb?.();
    await trial.until(() => heard.length > 0, '`onError` to be called');
    const first = await trial.within(stream.errors[Symbol.asyncIterator]().next(), 'an error in `errors`');
    assert.equal(first.value, heard[0]);
    assert.ok(isWatcherError(first.value), 'an error is no WatcherError');
    assert.equal(first.value.retryable, true);
    assert.equal(first.value.source, trial.subject.source);
    assert.ok(stream.stats.errors > 0, 'errors are not counted');
    await trial.changeUntilTaken(events);
  },

  'an `onError` that throws does not end the stream': async (trial) => {
    let called = 0;
    const onError = () => {
      called++;
      throw new Error('thrown by onError');
    };
    const stream = await trial.ready({ onError });
    const events = stream[Symbol.asyncIterator]();
    await trial.subject.disturb?.();
    await trial.until(() => called > 0, '`onError` to be called');
    await trial.changeUntilTaken(events);
  },
};
