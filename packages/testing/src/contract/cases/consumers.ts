import assert from 'node:assert/strict';
import { type CloseReason, isWatcherError, type WatcherEvent, type WatchStream } from '@watcher/core';
import { isExpected } from '../trial.ts';
import type { Cases } from './case.ts';

/** A stream has one consumer, who iterates or subscribes. */
export const consumers: Cases = {
  'a second consumer is told SECOND_CONSUMER, and the first goes on': async (trial) => {
    const iterated = await trial.ready();
    const events = iterated[Symbol.asyncIterator]();
    assertSecondRefused(iterated);
    await trial.take(events, await trial.change());

    const subscribed = await trial.ready();
    let pushed = 0;
    subscribed.subscribe({ push: () => void pushed++ });
    assertSecondRefused(subscribed);
    await trial.change();
    await trial.until(() => pushed > 0, 'the sink to be pushed an event');
  },

  'leaving the loop by break closes the stream': async (trial) => {
    const stream = await trial.ready();
    await trial.changeReceived(stream);
    for await (const _ of stream) break;
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
  },

  'leaving the loop by a throw closes the stream and throws on': async (trial) => {
    const stream = await trial.ready();
    await trial.changeReceived(stream);
    const thrown = new Error('thrown in the loop');
    const loop = async () => {
      for await (const _ of stream) throw thrown;
    };
    await assert.rejects(trial.within(loop(), 'the loop to throw'), thrown);
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
  },

  'leaving the loop waits until the stream has let go': async (trial) => {
    for (const leave of ['by break', 'by a throw']) {
      const stream = await trial.ready();
      await trial.changeReceived(stream);
      const loop = async () => {
        for await (const _ of stream) {
          if (leave === 'by break') break;
          throw new Error(leave);
        }
      };
      await trial.within(
        loop().catch(() => {}),
        'the loop to be left',
      );
      assert.ok(
        await trial.isSettled(stream.closed),
        `the loop was left ${leave} before \`closed\` resolved`,
      );
    }
  },

  'subscribing pushes what is held before it returns, and later events as they come': async (trial) => {
    const stream = await trial.ready();
    const held = await trial.changeReceived(stream);
    const pushed: WatcherEvent[] = [];
    stream.subscribe({ push: (event) => void pushed.push(event) });
    assert.ok(
      pushed.some((event) => isExpected(event, held)),
      'what was held was not pushed at once',
    );
    const later = await trial.change();
    await trial.until(() => pushed.some((event) => isExpected(event, later)), 'a later event to be pushed');
  },

  'disposing a subscription closes the stream, and the sink hears of it last': async (trial) => {
    const stream = await trial.ready();
    const calls: (WatcherEvent | CloseReason)[] = [];
    const subscription = stream.subscribe({
      push: (event) => void calls.push(event),
      close: (reason) => void calls.push(reason),
    });
    await trial.change();
    await trial.until(() => calls.length > 0, 'the sink to be pushed an event');
    subscription[Symbol.dispose]();
    assert.deepEqual(await trial.within(stream.closed, '`closed` to resolve'), { reason: 'aborted' });
    const witness = await trial.ready();
    await trial.take(witness[Symbol.asyncIterator](), await trial.change());
    assert.deepEqual(calls.at(-1), { reason: 'aborted' });
    assert.equal(calls.filter((call) => 'reason' in call && !('action' in call)).length, 1);
  },

  'a sink that throws fails the stream, since its event is lost': async (trial) => {
    const stream = await trial.ready();
    stream.subscribe({
      push: () => {
        throw new Error('thrown by the sink');
      },
    });
    await trial.change();
    const { reason, error } = await trial.within(stream.closed, '`closed` to resolve');
    assert.equal(reason, 'failed');
    assert.ok(isWatcherError(error), 'a failed stream has no WatcherError');
  },
};

function assertSecondRefused(stream: WatchStream): void {
  const refused = (error: unknown) => isWatcherError(error, 'SECOND_CONSUMER');
  assert.throws(() => stream[Symbol.asyncIterator](), refused);
  assert.throws(() => stream.subscribe({ push() {} }), refused);
}
