import assert from 'node:assert/strict';
import type { ReloadReason, WatcherEvent } from '@watcher/core';
import { Action } from '@watcher/events';
import type { ContractSubject } from '../harness.ts';
import type { Cases } from './case.ts';

const REASONS: readonly ReloadReason[] = ['disconnected', 'reconnected', 'gap', 'overflow', 'rescan'];

/** How far, in milliseconds, an event's time may be from the source's clock: enough to tell milliseconds apart. */
const NEAR = 60_000;

/** What an event looks like. */
export const shape: Cases = {
  'an event has the seven fields, of the right types': async (trial) => {
    const stream = await trial.ready();
    const event = await trial.take(stream[Symbol.asyncIterator](), await trial.change());
    assertShape(event, trial.subject);
    assert.equal(event.type, trial.subject.type);
  },

  'an event has one action, which is one bit': async (trial) => {
    const stream = await trial.ready();
    const { action } = await trial.take(stream[Symbol.asyncIterator](), await trial.change());
    assert.ok(Number.isInteger(action) && action > 0, `${action} is no action`);
    assert.equal(action & (action - 1), 0, `${action.toString(2)} is more than one bit`);
  },

  "an event's time is milliseconds since the epoch, by the source's clock": async (trial) => {
    const stream = await trial.ready();
    assertNow(await trial.take(stream[Symbol.asyncIterator](), await trial.change()), trial.subject);
  },

  "reload(reason) is a ForceReload of the stream's own source": async (trial) => {
    const stream = await trial.ready();
    for (const reason of REASONS) assertReload(stream.reload(reason), reason, trial.subject);
  },

  'the time of a reload is that of its making': async (trial) => {
    const stream = await trial.ready();
    assertNow(stream.reload('gap'), trial.subject);
  },
};

/** Whether it is a ForceReload of this subject, for this reason. */
export function assertReload(
  event: WatcherEvent,
  reason: ReloadReason,
  subject: Pick<ContractSubject, 'type' | 'source'>,
): void {
  assertShape(event, subject);
  assert.equal(event.action, Action.ForceReload, `${reason} is no ForceReload`);
  assert.equal((event as { reason?: unknown }).reason, reason);
  assert.equal(event.actorName, '');
  assert.equal(event.actorId, '');
  assert.deepEqual(event.actorAttributes, {});
}

function assertNow({ time }: WatcherEvent, { now = Date.now }: Pick<ContractSubject, 'now'>): void {
  assert.ok(Math.abs(time - now()) < NEAR, `${time} is not near ${now()}`);
}

function assertShape(event: WatcherEvent, { type, source }: Pick<ContractSubject, 'type' | 'source'>): void {
  const { actorName, actorId, actorAttributes, time } = event;
  assert.equal(event.type, type);
  assert.equal(event.source, source);
  assert.equal(typeof event.action, 'number');
  assert.equal(typeof actorName, 'string');
  assert.equal(typeof actorId, 'string');
  assert.ok(Number.isFinite(time), `time is ${time}`);
  assert.ok(typeof actorAttributes === 'object' && actorAttributes !== null, 'actorAttributes is no object');
  for (const [name, value] of Object.entries(actorAttributes)) {
    assert.equal(typeof value, 'string', `attribute ${name} is no string`);
  }
}
