import assert from 'node:assert/strict';
import type { WatcherError, WatcherEvent, WatchStream } from '@watcher/core';
import type { Cases } from './case.ts';

/** How a stream comes to its end. */
export const closing: Cases = {
  'iterating ends quietly on abort, and `closed` says aborted': async (trial) => {
    const controller = new AbortController();
    const stream = await trial.ready({ signal: controller.signal });
    const next = stream[Symbol.asyncIterator]().next();
    controller.abort(new Error('the reason of the one who aborts'));
    assert.deepEqual(await trial.within(next, 'the iteration to end'), { value: undefined, done: true });
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
  },

  'a signal that is aborted already makes a stream that is closed': async (trial) => {
    const stream = trial.open({ signal: AbortSignal.abort() });
    const events: WatcherEvent[] = [];
    const loop = async () => {
      for await (const event of stream) events.push(event);
    };
    await trial.within(loop(), 'the iteration to end');
    assert.deepEqual(events, []);
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
  },

  'after an abort nothing more is delivered': async (trial) => {
    const controller = new AbortController();
    const stream = await trial.ready({ signal: controller.signal });
    const witness = await trial.ready();
    await trial.changeReceived(stream);
    controller.abort();
    const events = stream[Symbol.asyncIterator]();
    await trial.take(witness[Symbol.asyncIterator](), await trial.change());
    assert.deepEqual(await trial.within(events.next(), 'the iteration to end'), {
      value: undefined,
      done: true,
    });
    assert.equal(stream.stats.delivered, 0);
  },

  'close() may be called any number of times, and each call resolves': async (trial) => {
    const stream = await trial.ready();
    await trial.within(Promise.all([stream.close(), stream.close()]), 'both calls of close() to resolve');
    await trial.within(stream.close(), 'a later close() to resolve');
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
  },

  'close() resolves once the stream has let go, and no sooner': async (trial) => {
    const stream = await trial.ready();
    await trial.within(stream.close(), 'close() to resolve');
    assert.ok(await trial.isSettled(stream.closed), 'close() resolved before `closed` did');
  },

  '`await using` closes the stream at the end of its block': async (trial) => {
    const opened: WatchStream[] = [];
    const block = async () => {
      await using stream = trial.open();
      opened.push(stream);
      await trial.within(stream.ready, '`ready` to resolve');
    };
    await trial.within(block(), 'the block to end');
    const [stream] = opened;
    assert.ok(stream);
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
  },

  'iterating `errors` ends when the stream closes, and at once when it has closed': async (trial) => {
    const stream = await trial.ready();
    const errors: WatcherError[] = [];
    const read = async () => {
      for await (const error of stream.errors) errors.push(error);
    };
    const before = read();
    await trial.turns(3);
    await trial.within(stream.close(), 'close() to resolve');
    await trial.within(before, '`errors` to end with the stream');
    await trial.within(read(), '`errors` of a closed stream to end');
  },
};
