import { delay } from '@watcher/core';
import { race, until } from '../concurrency.ts';
import { fault } from '../errors/fault.ts';
import type { Cursor } from '../events/cursor.ts';
import { nanoseconds } from '../events/message.ts';
import type { Subscription } from '../events/subscription.ts';
import type { Requests } from '../history/requests.ts';
import { ringHoldsPlace } from './place.ts';
import { BEAT } from './pulse.ts';

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
 * the engine remembers, or the engine's clock was set back: so what is there already is compared with what the engine
 * holds. Undefined: nothing; else what the engine holds of it, which may be none.
 *
 * Nothing was forgotten if the engine holds fewer lines than it could, from the first that came on, of all that had
 * happened until it subscribed. That is so when nothing more comes while it is asked; or else when it was asked for
 * all until a second, to which it tells its time, after the first line was here.
 *
 * @throws {WatcherError} when the query fails
 */
export async function missedBeginning(
  subscription: Subscription,
  requests: Requests,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { clock, timeout } = requests;
  const deadline = clock.monotonic() + 2000 + timeout;
  /** The engine's time at which the subscription stood for certain. */
  let stood: bigint | undefined;
  let to = 0n;
  for (;;) {
    const { held } = subscription;
    const time = timeOfLast(held);
    if (subscription.overflowed || held.length >= RING || time === undefined) return [];
    to = latest(to, time);
    const { lines, count, isWhole, date } = await requests.between(0n, to + 1n, signal);
    const brought = new Set(subscription.held);
    const first = lines.findIndex((line) => brought.has(line));
    const missed = first === -1 ? lines : lines.slice(0, first);
    if (!isWhole || count >= RING || missed.length > 0) return missed;
    const passed = passedOver(lines, brought);
    if (clock.monotonic() > deadline) return passed;
    if (passed.length > 0) {
      await delay(clock, BEAT, signal);
      signal.throwIfAborted();
    } else {
      if (subscription.held.length === held.length) return undefined;
      if (first === 0 && stood !== undefined && to >= stood) return undefined;
    }
    if (date === undefined) continue;
    stood ??= date + SECOND;
    to = latest(to, date);
  }
}

/**
 * Those that were not brought, of what the engine holds, though one that stands behind them was. Two that happen at once
 * may change places, so that they may still come; what stands behind all that was brought is on its way.
 */
function passedOver(lines: readonly string[], brought: ReadonlySet<string>): string[] {
  const last = lines.findLastIndex((line) => brought.has(line));
  return lines.slice(0, last + 1).filter((line) => !brought.has(line));
}

/** When the latest of these lines that has a time happened. */
function timeOfLast(lines: readonly string[]): bigint | undefined {
  for (const line of lines.toReversed()) {
    const time = nanoseconds(line);
    if (time !== undefined) return time;
  }
  return undefined;
}

const latest = (a: bigint, b: bigint) => (a > b ? a : b);

/** How many events an engine remembers, of all types together. */
const RING = 256;

/** To which an engine tells its time, in nanoseconds. */
const SECOND = 1_000_000_000n;

const deaf = ({ host, timeout }: Requests) =>
  fault('TIMEOUT', `${host} did not replay what it remembers within ${timeout} ms.`);

/**
 * Resolves when a subscription that replays nothing can be taken to stand: it brought an event, or stayed open for so
 * long that the engine must have begun to follow its log.
 *
 * @throws {WatcherError} when the subscription ends first
 */
export function proveLive(
  subscription: Subscription,
  requests: Requests,
  signal: AbortSignal,
): Promise<void> {
  return race<void>(
    signal,
    (own) => until(subscription.started, own),
    (own) => endOf(subscription, own),
    async (own) => {
      await delay(requests.clock, Math.min(LIVE, requests.timeout), own);
    },
  );
}

/** Milliseconds in which Podman, which answers first, has opened its log. It takes a few. */
const LIVE = 1000;

/** Rejects when the subscription ends. */
async function endOf(subscription: Subscription, signal: AbortSignal): Promise<never> {
  throw await until(subscription.ended, signal);
}
