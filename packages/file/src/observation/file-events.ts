import type { ReloadReason } from '@watcher/core';
import {
  Action,
  type FileChangeEvent,
  type FileEvent,
  forceReload,
  isForceReload,
  type StreamCoalesce,
} from '@watcher/events';
import type { Change } from '../picture/difference.ts';

const ACTIONS = {
  created: Action.FileCreated,
  written: Action.FileWritten,
  deleted: Action.FileDeleted,
  renamed: Action.FileRenamed,
} as const;

/** A change as its consumers get it. `now` is its time where the file, being gone, has none of its own. */
export function eventOf(change: Change, source: string, now: number): FileChangeEvent {
  return {
    type: 'file',
    action: ACTIONS[change.kind],
    actorName: change.name,
    actorId: '',
    actorAttributes: {},
    time: 'state' in change ? Number(change.state.mtimeNs / 1_000_000n) : now,
    source,
    ...(change.kind === 'renamed' && { renamedTo: change.to }),
    ...('from' in change && change.from !== undefined && { renamedFrom: change.from }),
  };
}

export function reloadOf(source: string, reason: ReloadReason, now: number): FileEvent {
  return forceReload('file', source, reason, now);
}

/**
 * Of the events that wait for a consumer, one for each path is enough: the state that it is in now, and whether it is
 * new to this consumer. Each stream has one of its own.
 */
export function latestOfEachPath(): StreamCoalesce<FileEvent> {
  /** Events that stand for several, the first of which created the file: it is new, whatever became of it since. */
  const created = new WeakSet<FileEvent>();
  return {
    key: (event) => (isForceReload(event) ? undefined : event.actorName),
    merge: (previous, next) => {
      if (isForceReload(previous) || isForceReload(next)) return next;
      const isNew = previous.action === Action.FileCreated || created.has(previous);
      const merged = isHere(next) ? { ...origin(previous), ...next, action: hereAs(isNew) } : next;
      if (isNew) created.add(merged);
      return merged;
    },
    // Its Renamed comes right before it, whatever became of its new name earlier.
    goesLast: (next) => !isForceReload(next) && next.renamedFrom !== undefined,
  };
}

function isHere({ action }: FileChangeEvent): boolean {
  return action === Action.FileCreated || action === Action.FileWritten;
}

function hereAs(isNew: boolean): FileChangeEvent['action'] {
  return isNew ? Action.FileCreated : Action.FileWritten;
}

/** A file that was renamed, and then written, was renamed still. */
function origin(previous: FileChangeEvent): Pick<FileChangeEvent, 'renamedFrom'> {
  return previous.renamedFrom !== undefined && isHere(previous) ? { renamedFrom: previous.renamedFrom } : {};
}
