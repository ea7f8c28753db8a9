import type { Requests } from '../engine/requests.ts';
import { Cursor } from '../events/cursor.ts';
import { engineTime } from '../events/message.ts';

/** A cursor that stands at the end of the engine's ring, as it is now: what is in it counts as seen. */
export async function findPlace(requests: Requests, signal: AbortSignal): Promise<Cursor> {
  const now = await requests.now(signal);
  const { lines } = now === undefined ? { lines: [] } : await requests.between('0', engineTime(now), signal);
  const cursor = new Cursor(now ?? 0n);
  for (const line of lines) cursor.take(line);
  return cursor;
}

/** Whether the engine's ring still holds the place where the cursor stands when this is called. */
export async function ringHoldsPlace(
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
): Promise<boolean> {
  const { since, until, time } = cursor;
  const now = await requests.now(signal);
  // The clock was set back: the engine would answer when it gets there, and from its ring's end it does not get here.
  if (now !== undefined && isFuture(time, now)) return false;
  const { lines } = await requests.between(since, until, signal);
  return cursor.missing(lines).length < lines.length;
}

/** What the engine still holds of all that it has had since our place, by its own clock. */
export async function eventsSincePlace(
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
): Promise<string[]> {
  const { since } = cursor;
  const now = await requests.now(signal);
  if (now === undefined) return [];
  const from = isFuture(cursor.time, now) ? '0' : since;
  const { lines } = await requests.between(from, engineTime(now), signal);
  return lines;
}

/** Whether a time is later than `now`, which the engine tells only to the second below. */
function isFuture(time: bigint, now: bigint): boolean {
  return time >= now + SECOND;
}

const SECOND = 1_000_000_000n;
