import type { WatcherEvent } from '@watcher/core';
import { Action, EventChannel, forceReload } from '@watcher/events';

/** An event that tests tell apart by its name. */
export function event(
  actorName: string,
  source = 'engine',
  action: number = Action.ContainerStart,
): WatcherEvent {
  return { type: 'docker', action, actorName, actorId: '', actorAttributes: {}, time: 0, source };
}

/** A stream that a test feeds by hand. */
export function channel(source: string, options: { signal?: AbortSignal } = {}): EventChannel<WatcherEvent> {
  return new EventChannel<WatcherEvent>({
    source,
    reload: (reason) => forceReload('docker', source, reason, 0),
    ...options,
  });
}

/** What a batch held: the names, and `reload(<source>)` for a reload. */
export function names(batch: readonly WatcherEvent[]): string[] {
  return batch.map(({ action, actorName, source }) =>
    action === Action.ForceReload ? `reload(${source})` : actorName,
  );
}
