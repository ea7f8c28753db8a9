import assert from 'node:assert/strict';
import type { Cases } from './case.ts';

/** Each call of events() is a stream of its own. */
export const independence: Cases = {
  'two streams both see a change': async (trial) => {
    const [one, other] = await Promise.all([trial.ready(), trial.ready()]);
    assert.notEqual(one, other);
    const expected = await trial.change();
    await trial.take(one[Symbol.asyncIterator](), expected);
    await trial.take(other[Symbol.asyncIterator](), expected);
  },

  'closing one stream leaves another open': async (trial) => {
    const [one, other] = await Promise.all([trial.ready(), trial.ready()]);
    await trial.within(one.close(), 'close() to resolve');
    await trial.take(other[Symbol.asyncIterator](), await trial.change());
  },

  'a stream that nobody reads does not delay another': async (trial) => {
    const [unread, read] = await Promise.all([trial.ready({ capacity: 1 }), trial.ready()]);
    const events = read[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) await trial.take(events, await trial.change());
    await trial.until(() => unread.stats.overflows > 0, 'the unread stream to overflow');
  },

  'a stream that is opened when others are closed watches as they did': async (trial) => {
    const first = await trial.ready();
    await trial.within(first.close(), 'close() to resolve');
    const second = await trial.ready();
    await trial.take(second[Symbol.asyncIterator](), await trial.change());
  },
};
