/** Compiled in an empty project against the packed declaration files: what must narrow does, what must not compile does not. */
import { Action, type DockerAction, type DockerEvent, type FileEvent } from '@watcher/events';

// @ts-expect-error no action has this value
export const unknown: Action = 123_456;

// @ts-expect-error an engine has no files
export const foreign: DockerAction = Action.FileWritten;

export function describe(event: DockerEvent): string {
  switch (event.action) {
    case Action.ForceReload:
      return event.reason;
    case Action.ContainerStart:
      return event.actorName;
    // @ts-expect-error a Docker event never has a file action
    case Action.FileWritten:
      return '';
    default:
      return event.actorId;
  }
}

export function newName(event: FileEvent): string | undefined {
  return event.action === Action.FileRenamed ? event.renamedTo : undefined;
}
