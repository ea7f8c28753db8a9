import assert from 'node:assert/strict';
import { isWatcherError, type WatcherError, type WatcherEvent } from '@watcher/core';
import type { ExpectedEvent } from '../harness.ts';
import { isExpected } from '../trial.ts';
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

  'a sink hears of a transient error': async (trial) => {
    const heard: WatcherError[] = [];
    const stream = await trial.ready();
    stream.subscribe({ push() {}, error: (error) => void heard.push(error) });
    await trial.subject.disturb?.();
    await trial.until(() => heard.length > 0, "the sink's `error` to be called");
    const first = await trial.within(stream.errors[Symbol.asyncIterator]().next(), 'an error in `errors`');
    assert.equal(first.value, heard[0]);
  },

  'iterating `errors` goes on after an error, until the stream closes': async (trial) => {
    const heard: WatcherError[] = [];
    const iterated: WatcherError[] = [];
    const stream = await trial.ready({ onError: (error) => void heard.push(error) });
    const read = async () => {
      for await (const error of stream.errors) iterated.push(error);
    };
    const reading = read();
    await trial.subject.disturb?.();
    await trial.until(() => heard.length > 0, '`onError` to be called');
    assert.equal(await trial.isSettled(reading), false, '`errors` ended before its stream');
    await trial.within(stream.close(), 'close() to resolve');
    await trial.within(reading, '`errors` to end with the stream');
    assert.equal(iterated.length, heard.length, 'not every error was in `errors`');
  },

  'what is told before and after a disturbance is told once': async (trial) => {
    const stream = await trial.ready();
    const changes = [await trial.changeReceived(stream)];
    await trial.subject.disturb?.();
    const events = stream[Symbol.asyncIterator]();
    const taken: WatcherEvent[] = [];
    // Behind the second nothing of the first is left to come.
    for (let i = 0; i < 2; i++) changes.push(await trial.changeUntilTaken(events, taken));
    for (const change of changes) assertOnce(taken, change);
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

/** An event may come again only when its actor has had another in between: what is gone may come back. */
function assertOnce(taken: readonly WatcherEvent[], change: ExpectedEvent): void {
  const own = taken.filter(({ actorName }) => actorName === change.actorName);
  const repeated = own.some(
    (event, i) => i > 0 && event.action === own[i - 1]?.action && isExpected(event, change),
  );
  assert.ok(!repeated, `${change.actorName} was told of twice`);
}
