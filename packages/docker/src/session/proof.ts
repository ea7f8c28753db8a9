import { delay } from '@watcher/core';
import { race, until } from '../concurrency.ts';
import { fault } from '../engine/fault.ts';
import type { Requests } from '../engine/requests.ts';
import type { Cursor } from '../events/cursor.ts';
import { nanoseconds } from '../events/message.ts';
import type { Subscription } from '../events/subscription.ts';
import { ringHoldsPlace } from './place.ts';

// A 200 proves nothing: an engine sends it before it subscribes. A line does, since the engine copies its ring
// and subscribes in one step. Where none comes, a bounded query on a connection of its own, which the engine
// answers at once, tells whether one will.

/**
 * Resolves when the engine has subscribed: a line came, or it has answered a question after its 200 and has
 * nothing to replay.
 *
 * @throws {WatcherError} when the subscription ends first, the query fails, or a replay that is due does not come
 */
export function proveStanding(
  subscription: Subscription,
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
): Promise<void> {
  return race<void>(
    signal,
    (own) => until(cursor.anchor === undefined ? subscription.started : subscription.reached, own),
    (own) => endOf(subscription, own),
    async (own) => {
      const held = await ringHoldsPlace(cursor, requests, own);
      if (!held && cursor.anchor === undefined) return;
      // Where there was an event there is one to replay: our place, or what has pushed it out of the ring since.
      const late = delay(requests.clock, requests.timeout, own);
      await (held ? late : Promise.race([late, until(subscription.started, own)]));
      if (subscription.silent) throw deaf(requests);
    },
  );
}

/**
 * Whether nothing lies between what was seen and what the subscription brings: true when it brings a line that
 * was seen before; false when the engine's ring does not hold our place any more.
 *
 * @throws {WatcherError} when the subscription ends first, the query fails, or a replay that is due does not come
 */
export function proveOverlap(
  subscription: Subscription,
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
): Promise<boolean> {
  return race<boolean>(
    signal,
    (own) => until(subscription.overlapped, own).then(() => true),
    (own) => endOf(subscription, own),
    async (own) => {
      if (!(await ringHoldsPlace(cursor, requests, own))) return false;
      // Held: it will be replayed any moment. Should it not, it was pushed out before the subscription stood; or
      // the subscription brings nothing at all, which says nothing of the ring, and another may do better.
      await delay(requests.clock, requests.timeout, own);
      if (subscription.silent && (await ringHoldsPlace(cursor, requests, own))) throw deaf(requests);
      return false;
    },
  );
}

/**
 * What a subscription whose first line has come may have missed before it, on an engine that had told nothing until
 * then, so that nothing proves when it came to stand. What happened before that is replayed, unless it was more than
 * the engine remembers, or the engine's clock was set back: so all that is there already is waited for, counted, and
 * compared with what the engine holds. Undefined: nothing; else what the engine holds of it, which may be none.
 *
 * @throws {WatcherError} when the query fails
 */
export async function missedBeginning(
  { held = [] }: Subscription,
  requests: Requests,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  for (;;) {
    const { length } = held;
    const time = nanoseconds(held[length - 1] ?? '');
    if (length >= RING || time === undefined) return [];
    const { lines } = await requests.between(0n, time + 1n, signal);
    // What stands behind the first line that was brought is on its way, though the answer may be here sooner.
    const brought = new Set(held);
    const first = lines.findIndex((line) => brought.has(line));
    const missed = first === -1 ? lines : lines.slice(0, first);
    if (lines.length >= RING || missed.length > 0) return missed;
    if (held.length === length) return undefined;
  }
}

/** How many events an engine remembers, of all types together. */
const RING = 256;

const deaf = ({ host, timeout }: Requests) =>
  fault('TIMEOUT', `${host} did not replay what it remembers within ${timeout} ms.`);

/** Rejects when the subscription ends. */
async function endOf(subscription: Subscription, signal: AbortSignal): Promise<never> {
  throw await until(subscription.ended, signal);
}
