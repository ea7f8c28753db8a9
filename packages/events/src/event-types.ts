import type { ReloadReason, WatcherEvent } from '@watcher/core';
import { Action } from './action.ts';
import type { DockerAction } from './docker-event-map.ts';

/** The consumer's picture may differ from the truth: it is to take stock again, for the `reason` given. */
export interface ForceReloadEvent<T extends string = string>
  extends WatcherEvent<T, typeof Action.ForceReload> {
  readonly reason: ReloadReason;
}

/** A change at an engine. For a network's, the actor is the network; the container is in the attributes. */
export type DockerChangeEvent = WatcherEvent<'docker', DockerAction>;

/** What a DockerWatcher hands out. */
export type DockerEvent = DockerChangeEvent | ForceReloadEvent<'docker'>;

export type FileAction =
  | typeof Action.FileWritten
  | typeof Action.FileCreated
  | typeof Action.FileDeleted
  | typeof Action.FileRenamed;

/** A change of a file. A rename is two events: Renamed for the old name, then Created (or Written) for the new. */
export interface FileChangeEvent extends WatcherEvent<'file', FileAction> {
  /** On Renamed: the name that it has now. */
  readonly renamedTo?: string;
  /** On what follows a Renamed: the name that it had. */
  readonly renamedFrom?: string;
}

/** What a file watcher hands out. */
export type FileEvent = FileChangeEvent | ForceReloadEvent<'file'>;

/**
 * Builds a ForceReload.
 *
 * @param time milliseconds since the epoch, by the watcher's own clock, since the source has said nothing
 */
export function forceReload<T extends string>(
  type: T,
  source: string,
  reason: ReloadReason,
  time: number,
): ForceReloadEvent<T> {
  return {
    type,
    action: Action.ForceReload,
    actorName: '',
    actorId: '',
    actorAttributes: {},
    time,
    source,
    reason,
  };
}

/**
 * Whether an event is a ForceReload, and so has a `reason`.
 *
 * @example
 * ```ts
 * const event: FileEvent = forceReload('file', '/etc/app', 'rescan', Date.now());
 * if (isForceReload(event)) console.log(`list again: ${event.reason}`);
 * // => list again: rescan
 * ```
 */
export function isForceReload<E extends WatcherEvent>(event: E): event is E & ForceReloadEvent<E['type']> {
  return event.action === Action.ForceReload;
}

/**
 * Returns whether a consumer has to list again because of an event: true for a ForceReload that stands for lost or
 * unknown changes; false for `disconnected` and `reconnected`, where nothing was lost, and for every other event.
 *
 * @example
 * ```ts
 * const away: DockerEvent = forceReload('docker', 'engine', 'disconnected', Date.now());
 * const lost: DockerEvent = forceReload('docker', 'engine', 'gap', Date.now());
 * console.log(needsReload(away), needsReload(lost));
 * // => false true
 * ```
 */
export function needsReload(event: WatcherEvent): boolean {
  return isForceReload(event) && event.reason !== 'disconnected' && event.reason !== 'reconnected';
}
