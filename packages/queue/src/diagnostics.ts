import { channel } from 'node:diagnostics_channel';
import type { FlushTrigger } from './options.ts';

/** Published on `watcher:queue:flush` when an attempt to flush a batch is over. */
export interface FlushDiagnostic {
  readonly queue: string;
  readonly trigger: FlushTrigger;
  readonly attempt: number;
  /** Events in the batch. */
  readonly size: number;
  /** Milliseconds that `onFlush` took. */
  readonly duration: number;
  /** What it failed with. */
  readonly error?: unknown;
}

/** Published on `watcher:queue:overflow` when more than `capacity` events would have waited. */
export interface QueueOverflowDiagnostic {
  readonly queue: string;
  /** Events taken out. */
  readonly dropped: number;
  /** Events put in their place. */
  readonly reloads: number;
}

/** Published on `watcher:queue:state` when a queue opens, begins to drain or to abort, and is closed. */
export interface QueueStateDiagnostic {
  readonly queue: string;
  readonly state: QueueState;
}

export type QueueState = 'open' | 'draining' | 'aborting' | 'closed';

const flush = channel('watcher:queue:flush');
const overflow = channel('watcher:queue:overflow');
const state = channel('watcher:queue:state');

/** Whether anybody listens to flushes; only then is one timed. */
export function flushIsWatched(): boolean {
  return flush.hasSubscribers;
}

export function publishFlush(message: FlushDiagnostic): void {
  flush.publish(message);
}

export function publishOverflow(queue: string, dropped: number, reloads: number): void {
  if (overflow.hasSubscribers)
    overflow.publish({ queue, dropped, reloads } satisfies QueueOverflowDiagnostic);
}

export function publishState(queue: string, to: QueueState): void {
  if (state.hasSubscribers) state.publish({ queue, state: to } satisfies QueueStateDiagnostic);
}
