import assert from 'node:assert/strict';
import type { WatcherEvent } from '@watcher/core';
import type { ExpectedEvent } from '../harness.ts';
import { isExpected } from '../trial.ts';
import type { Cases } from './case.ts';

const CHANGES = 3;

/** How events stand to each other. */
export const order: Cases = {
  'events come in the order of their changes, and each of them once': async (trial) => {
    const stream = await trial.ready();
    const changes: ExpectedEvent[] = [];
    // One more than is looked at: behind it nothing of the others is left to come.
    for (let i = 0; i <= CHANGES; i++) changes.push(await trial.changeReceived(stream));
    const last = changes.pop();
    assert.ok(last);
    const taken: WatcherEvent[] = [];
    await trial.take(stream[Symbol.asyncIterator](), last, taken);
    const told = taken.map((event) => changes.findIndex((change) => isExpected(event, change)));
    assert.deepEqual(
      told.filter((change) => change >= 0),
      Array.from(changes, (_, change) => change),
      'the changes that were told of, by their number',
    );
  },
};
