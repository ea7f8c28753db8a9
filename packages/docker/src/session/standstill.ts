import { delay } from '@watcher/core';
import type { Requests } from '../engine/requests.ts';
import type { Cursor } from '../events/cursor.ts';
import { eventsSincePlace, ringHoldsPlace } from './place.ts';

/** How often we look at the clock, in milliseconds. */
const BEAT = 1000;

/** An engine drops for a listener that left its 1,024 slots full for 100 ms; a socket's buffers come on top. */
const TOLERANCE = 250;

/** What an engine's ring holds: well under a listener's 1,024 slots. */
const RING = 256;

/**
 * Calls `lost` when this process has stood still (a blocked event loop, SIGSTOP, a suspended machine) for so long
 * that the engine may have dropped events for it, which it does in silence, with the stream still open. As long
 * as the engine's ring still holds the last event from before, it cannot have: no more than fit the ring came.
 *
 * Never resolves; rejects when aborted.
 */
export async function watchForStandstill(
  cursor: Cursor,
  requests: Requests,
  lost: () => void,
  signal: AbortSignal,
): Promise<never> {
  const { clock } = requests;
  for (;;) {
    const before = clock.monotonic();
    await delay(clock, BEAT, signal);
    signal.throwIfAborted();
    // Timers run before sockets are read again: the cursor still stands where it stood.
    if (clock.monotonic() - before - BEAT < TOLERANCE) continue;
    if (await mayHaveDropped(cursor, requests, signal)) lost();
  }
}

async function mayHaveDropped(cursor: Cursor, requests: Requests, signal: AbortSignal): Promise<boolean> {
  try {
    if (cursor.anchor !== undefined) return !(await ringHoldsPlace(cursor, requests, signal));
    return (await eventsSincePlace(cursor, requests, signal)).length >= RING;
  } catch {
    signal.throwIfAborted();
    return true; // what cannot be ruled out is told
  }
}
