import { channel } from 'node:diagnostics_channel';
import type { CloseReason } from '@watcher/core';

/** Published on `watcher:events:stream` when a stream opens and when it closes. */
export interface StreamDiagnostic {
  readonly source: string;
  readonly state: 'open' | 'closed';
  readonly reason?: CloseReason;
}

/** Published on `watcher:events:overflow` when what a stream held became one ForceReload. */
export interface OverflowDiagnostic {
  readonly source: string;
  readonly dropped: number;
}

const stream = channel('watcher:events:stream');
const overflow = channel('watcher:events:overflow');

export function publishStream(source: string, state: 'open' | 'closed', reason?: CloseReason): void {
  if (!stream.hasSubscribers) return;
  stream.publish({ source, state, ...(reason && { reason }) } satisfies StreamDiagnostic);
}

export function publishOverflow(source: string, dropped: number): void {
  if (overflow.hasSubscribers) overflow.publish({ source, dropped } satisfies OverflowDiagnostic);
}
