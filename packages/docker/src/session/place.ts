import { isWatcherError } from '@watcher/core';
import { Cursor } from '../events/cursor.ts';
import { isTooLong } from '../events/line-splitter.ts';
import { nanoseconds } from '../events/message.ts';
import type { RecentEvents } from '../events/subscription.ts';
import type { Requests } from '../history/requests.ts';

/** Where to follow an engine from. */
export interface Place {
  readonly cursor: Cursor;
  /** The events of the last seconds; undefined where the engine's time is unknown. */
  readonly recent: RecentEvents | undefined;
}

/**
 * Milliseconds. An engine emits `pause`, `unpause`, network `connect` and `disconnect`, and before Docker 23.0 `die`,
 * ahead of saving the state that its list shows. On Docker 20.10 the list followed after 44 to 62 ms in the median, 862
 * ms under load, and 3 s where a volume was slow to unmount.
 */
export const LIST_LAG = 5000;

/**
 * A position at the end of what the engine remembers, as it is now: what is in it counts as seen.
 *
 * @throws {WatcherError} when a query fails
 */
export async function findPlace(requests: Requests, signal: AbortSignal): Promise<Place> {
  const now = await requests.now(signal);
  const cursor = new Cursor(now ?? 0n);
  if (now === undefined) return { cursor, recent: undefined };
  const recentFrom = atLeastZero(now - BigInt(LIST_LAG) * MILLISECOND);
  // A log may go back for years, and its end is all that is needed of it.
  const beginnings = requests.readsLog ? [now - HOUR, now - 1000n * HOUR, 0n] : [0n];
  for (const from of beginnings) {
    const { lines } = await requests.between(from, now, signal);
    for (const line of lines) takeEvidence(cursor, line);
    if (lines.length > 0)
      return { cursor, recent: { from: recentFrom, until: now, lines: linesSince(recentFrom, lines) } };
  }
  return { cursor, recent: undefined };
}

const atLeastZero = (time: bigint) => (time < 0n ? 0n : time);

/** The lines from the first on that is not older than `time`, in their own order, which a clock may not follow. */
function linesSince(time: bigint, lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => (nanoseconds(line) ?? 0n) >= time);
  return first === -1 ? [] : lines.slice(first);
}

function takeEvidence(cursor: Cursor, line: string): void {
  if (isTooLong(line)) cursor.takeOther(line, true);
  else cursor.take(line);
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
  const { since: from, until, time } = cursor;
  const now = await requests.now(signal);
  try {
    const { lines } = await requests.between(from, until, signal);
    return lines.some((line) => !isTooLong(line) && cursor.has(line));
  } catch (error) {
    // The clock was set back, and the engine will answer when it gets there: from its end it does not get here. Or
    // else a proxy told a time of its own, and it is answered all the same.
    if (now !== undefined && isFuture(time, now) && isWatcherError(error, 'TIMEOUT')) return false;
    throw error;
  }
}

/**
 * Whether `error` means that the engine does not take our place for a time, though it answers otherwise: then every
 * later request from there fails, too.
 *
 * @throws {WatcherError} when the engine does not answer otherwise
 */
export async function isRefused(
  cursor: Cursor,
  requests: Requests,
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isRefusal(error)) return false;
  await requests.now(signal);
  const again = requests.between(cursor.since, cursor.until, signal);
  return again.then(
    () => false,
    (reason) => isRefusal(reason),
  );
}

const isRefusal = (error: unknown) =>
  isWatcherError(error, 'REFUSED') || isWatcherError(error, 'ENGINE_FAULT');

/** What an engine has had. */
export interface Account {
  readonly lines: readonly string[];
  /** Milliseconds by which it ends before it was asked for, at most, and a second, to which an engine tells its time. */
  readonly lag: number;
}

/**
 * What the engine still holds of all that it has had since our place, or since `from`, in its nanoseconds, until it was
 * asked, by its own clock. What it has while it answers, however slowly, is left out: it may be on its way to us no
 * longer than the answer.
 *
 * @throws {WatcherError} when a query fails
 */
export async function eventsSincePlace(
  cursor: Cursor,
  requests: Requests,
  signal: AbortSignal,
  from = cursor.since,
): Promise<Account> {
  const { until, time, anchor } = cursor; // which may move on while the engine is asked for its time
  const asked = requests.clock.monotonic();
  const now = await requests.now(signal);
  const lag = Math.ceil(requests.clock.monotonic() - asked);
  if (now === undefined) return { lines: [], lag };
  const then = now - BigInt(lag) * MILLISECOND;
  const between = async (start: bigint, end: bigint) =>
    start < end ? (await requests.between(start, end, signal)).lines : [];
  // On an engine that had told of nothing all is new, whatever its time.
  if (anchor === undefined) return { lines: await between(0n, then), lag };
  if (!isFuture(time, now)) return { lines: await between(from, then), lag };
  // The clock was set back: times tell nothing, but the order does.
  const lines = requests.readsLog ? await between(now - HOUR, until) : await between(0n, then);
  return { lines: behindPlace(cursor, lines), lag };
}

/** Without those lines that stand before all that the cursor still knows: they may have come long ago. */
export function withinMemory(cursor: Cursor, lines: readonly string[]): readonly string[] {
  if (cursor.knowsAll) return lines;
  const missing = new Set(cursor.missing(lines));
  return lines.slice(
    Math.max(
      0,
      lines.findIndex((line) => !missing.has(line)),
    ),
  );
}

/** Those of the engine's lines that stand behind the last that we know. */
export function behindPlace(cursor: Cursor, lines: readonly string[]): string[] {
  return lines.slice(lines.findLastIndex((line) => cursor.has(line)) + 1);
}

/** Whether a time is later than `now`, which the engine tells only to the second below. */
function isFuture(time: bigint, now: bigint): boolean {
  return time >= now + SECOND;
}

const MILLISECOND = 1_000_000n;
const SECOND = 1000n * MILLISECOND;
const HOUR = 3600n * SECOND;
