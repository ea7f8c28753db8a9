import { isWatcherError } from '@watcher/core';
import type { Requests } from '../engine/requests.ts';
import { Cursor } from '../events/cursor.ts';

/**
 * A cursor that stands at the end of what the engine remembers, as it is now: what is in it counts as seen.
 *
 * @throws {WatcherError} when a query fails
 */
export async function findPlace(requests: Requests, signal: AbortSignal): Promise<Cursor> {
  const now = await requests.now(signal);
  const cursor = new Cursor(now ?? 0n);
  if (now === undefined) return cursor;
  // A log may go back for years, and its end is all that is needed of it.
  const beginnings = requests.readsLog ? [now - HOUR, now - 1000n * HOUR, 0n] : [0n];
  for (const from of beginnings) {
    const { lines } = await requests.between(from, now, signal);
    for (const line of lines) cursor.take(line);
    if (lines.length > 0) break;
  }
  return cursor;
}

/**
 * Whether the engine still holds the place where the cursor stands when this is called.
 *
 * @throws {WatcherError} when a query fails
 */
export async function ringHoldsPlace(
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
): Promise<boolean> {
  const { since, until, time } = cursor;
  const now = await requests.now(signal);
  try {
    const { lines } = await requests.between(since, until, signal);
    return cursor.missing(lines).length < lines.length;
  } catch (error) {
    // The clock was set back, and the engine will answer when it gets there: from its end it does not get here. Or
    // else a proxy told a time of its own, and it is answered all the same.
    if (now !== undefined && isFuture(time, now) && isWatcherError(error, 'TIMEOUT')) return false;
    throw error;
  }
}

/**
 * What the engine still holds of all that it has had since our place, by its own clock.
 *
 * @throws {WatcherError} when a query fails
 */
export async function eventsSincePlace(
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
): Promise<string[]> {
  const { since, until, time } = cursor; // which may move on while the engine is asked for its time
  const now = await requests.now(signal);
  if (now === undefined) return [];
  // On an engine that had told of nothing all is new, whatever its time.
  if (cursor.anchor === undefined) return (await requests.between(0n, now, signal)).lines;
  if (!isFuture(time, now)) return (await requests.between(since, now, signal)).lines;
  // The clock was set back: times tell nothing, but the order does.
  const { lines } = requests.readsLog
    ? await requests.between(now - HOUR, until, signal)
    : await requests.between(0n, now, signal);
  return behindPlace(cursor, lines);
}

/** Those of the engine's lines that stand behind the last that we know. */
export function behindPlace(cursor: Cursor, lines: readonly string[]): string[] {
  return lines.slice(lines.findLastIndex((line) => cursor.has(line)) + 1);
}

/** Whether a time is later than `now`, which the engine tells only to the second below. */
function isFuture(time: bigint, now: bigint): boolean {
  return time >= now + SECOND;
}

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
