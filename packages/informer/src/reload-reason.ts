import type { ReloadReason, WatcherEvent } from '@watcher/core';

const REASONS: Readonly<Record<ReloadReason, true>> = {
  disconnected: true,
  reconnected: true,
  gap: true,
  overflow: true,
  rescan: true,
};

/** Returns the reason of a ForceReload; undefined for a change. Bits of actions differ by type, reasons do not. */
export function reloadReason(event: WatcherEvent): ReloadReason | undefined {
  const { reason } = event as { readonly reason?: unknown };
  return typeof reason === 'string' && Object.hasOwn(REASONS, reason) ? (reason as ReloadReason) : undefined;
}
