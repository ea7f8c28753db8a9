import assert from 'node:assert/strict';
import { isWatcherError, type StreamStats, type WatcherEvent } from '@watcher/core';
import { Action } from '@watcher/events';
import { isExpected } from '../trial.ts';
import type { Cases } from './case.ts';
import { assertReload } from './shape.ts';

/** What a slow consumer gets. */
export const capacity: Cases = {
  'a consumer that falls `capacity` behind gets one ForceReload in place of what it missed': async (
    trial,
  ) => {
    const slow = await trial.ready({ capacity: 3 });
    const witness = await trial.ready();
    const all: WatcherEvent[] = [];
    witness.subscribe({ push: (event) => void all.push(event) });
    for (let i = 0; i < 8; i++) {
      const expected = await trial.change();
      await trial.until(
        () => all.some((event) => isExpected(event, expected)),
        'the witness to see a change',
      );
    }
    await trial.until(
      () => slow.stats.received >= all.length,
      () => `the slow stream to receive ${all.length} events, ${slow.stats.received} so far`,
    );

    assert.ok(slow.stats.buffered <= 3, `${slow.stats.buffered} events are held, and the capacity is 3`);
    const events = slow[Symbol.asyncIterator]();
    const got: WatcherEvent[] = [];
    const held = slow.stats.buffered;
    while (got.length < held) {
      const { value, done } = await trial.within(events.next(), 'what is held to be delivered');
      assert.ok(!done, 'the stream ended, and held events');
      got.push(value);
    }
    const [first, ...rest] = got;
    assert.ok(first, 'nothing was held');
    assertReload(first, 'overflow', trial.subject);
    assert.ok(
      rest.every(({ action }) => action !== Action.ForceReload),
      'there is more than one ForceReload',
    );
    // From the first event after the reload on, nothing that the witness saw is missing.
    const since = all.findIndex((event) => rest[0] && isSame(event, rest[0]));
    const latest = since < 0 ? [] : all.slice(since);
    for (const { actorName } of latest) {
      assert.ok(
        rest.some((event) => event.actorName === actorName),
        `${actorName} is missing after the reload`,
      );
    }

    const after = await trial.change();
    for (;;) {
      const { value, done } = await trial.within(events.next(), 'an event after the overflow');
      assert.ok(!done, 'the stream ended after the overflow');
      assert.notEqual(value.action, Action.ForceReload, 'there was a second ForceReload');
      if (isExpected(value, after)) break;
    }
  },

  '`stats` counts what was received, delivered, held, dropped and overflowed': async (trial) => {
    const stream = await trial.ready({ capacity: 2 });
    const { stats } = stream;
    assert.deepEqual(
      { ...pick(stats), received: 0 },
      { received: 0, delivered: 0, buffered: 0, dropped: 0, overflows: 0 },
    );
    await trial.changeReceived(stream);
    assert.ok(stats.buffered >= 1, 'an event that waits for its consumer is not counted as held');
    while (stats.overflows === 0) await trial.changeReceived(stream);
    assert.ok(stats.dropped >= 3, `${stats.dropped} events are counted as dropped by an overflow of 2`);
    // One of those held is the reload, which stands for the dropped and was not received.
    const known = stats.dropped + stats.buffered - 1;
    assert.ok(stats.received >= known, `${stats.received} are counted as received, and ${known} are known`);
    const held = stats.buffered;
    const events = stream[Symbol.asyncIterator]();
    for (let i = 0; i < held; i++) await trial.within(events.next(), 'what is held to be delivered');
    assert.ok(stats.delivered >= held, 'delivered events are not counted');
  },

  '`stats` are whole numbers, and have each event in one place': async (trial) => {
    const stream = await trial.ready({ capacity: 2 });
    assertAccount(stream.stats);
    while (stream.stats.overflows === 0) {
      await trial.changeReceived(stream);
      assertAccount(stream.stats);
    }
    await trial.within(stream[Symbol.asyncIterator]().next(), 'what is held to be delivered');
    assertAccount(stream.stats);
  },

  'a capacity that is none throws INVALID_OPTION and names it': async (trial) => {
    for (const wrong of [0, -1, 1.5, Number.NaN, '3', null]) {
      assert.throws(
        () => trial.open({ capacity: wrong as number }),
        (error) => isWatcherError(error, 'INVALID_OPTION') && error.message.includes('capacity'),
        `capacity ${JSON.stringify(wrong)} was taken`,
      );
    }
  },
};

function assertAccount({
  received,
  delivered,
  buffered,
  merged,
  dropped,
  overflows,
  errors,
}: Readonly<StreamStats>): void {
  const counters = { received, delivered, buffered, merged, dropped, overflows, errors };
  for (const [name, count] of Object.entries(counters)) {
    assert.ok(Number.isInteger(count) && count >= 0, `${name} is ${count}`);
  }
  assert.equal(
    received + overflows,
    delivered + merged + dropped + buffered,
    'an event is in no place, or in two',
  );
}

function isSame(one: WatcherEvent, other: WatcherEvent): boolean {
  return one.action === other.action && one.actorName === other.actorName && one.actorId === other.actorId;
}

function pick({
  received,
  delivered,
  buffered,
  dropped,
  overflows,
}: Record<string, number> & object): object {
  return { received, delivered, buffered, dropped, overflows };
}
