import { channel } from 'node:diagnostics_channel';
import type { InformerState } from './change-feed.ts';

/** Published on `watcher:informer:state` on each change of state. */
export interface InformerStateDiagnostic {
  readonly source: string;
  readonly state: InformerState;
}

/** Published on `watcher:informer:list` when a list was applied, or has failed. */
export interface InformerListDiagnostic {
  readonly source: string;
  /** Why it was made: `sync` is the first, `resync` verifies the store. */
  readonly reason: 'sync' | 'events' | 'resync';
  /** Milliseconds that the source took. */
  readonly duration: number;
  /** Differences that it showed. */
  readonly changes: number;
  readonly error?: unknown;
}

const state = channel('watcher:informer:state');
const list = channel('watcher:informer:list');

export function publishState(message: InformerStateDiagnostic): void {
  if (state.hasSubscribers) state.publish(message);
}

export function publishList(message: InformerListDiagnostic): void {
  if (list.hasSubscribers) list.publish(message);
}
