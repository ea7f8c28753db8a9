import type { ReloadReason } from '@watcher/core';
import {
  Action,
  type Coalesce,
  type FileChangeEvent,
  type FileEvent,
  forceReload,
  isForceReload,
} from '@watcher/events';
import type { Change } from './difference.ts';

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
    ...('from' in change && { renamedFrom: change.from }),
  };
}

export function reloadOf(source: string, reason: ReloadReason, now: number): FileEvent {
  return forceReload('file', source, reason, now);
}

/** Of the events that wait for a consumer, one for each path is enough: the state that it is in now. */
export const latestOfEachPath: Coalesce<FileEvent> = {
  key: (event) => (isForceReload(event) ? undefined : event.actorName),
  merge: (previous, next) => {
    if (isForceReload(previous) || isForceReload(next)) return next;
    const was = previous.action;
    if (next.action === Action.FileWritten && was === Action.FileCreated)
      return { ...next, ...origin(previous), action: was };
    if (next.action === Action.FileCreated && was !== Action.FileCreated)
      return { ...next, action: Action.FileWritten };
    return next;
  },
};

function origin({ renamedFrom }: FileChangeEvent): { renamedFrom?: string } {
  return renamedFrom === undefined ? {} : { renamedFrom };
}
