import { Action, type DockerEvent } from '@watcher/events';
import { type ContainerInfo, isRunning } from './container-info.ts';

/**
 * Returns whether an answer shows the change that an event announces. A Docker Engine emits `die`, `pause`, `unpause`,
 * `connect` and `disconnect` before it saves the change; it saves every other one first.
 *
 * @param info undefined where the container is not in the list
 */
export function agreesWith(event: DockerEvent, info: ContainerInfo | undefined): boolean {
  if (info === undefined || info.id !== containerOf(event)) return true;
  switch (event.action) {
    case Action.ContainerPause:
      return info.state !== 'running';
    case Action.ContainerUnpause:
      return info.state !== 'paused';
    case Action.ContainerDie:
    case Action.ContainerStop:
      return !isRunning(info);
    case Action.ContainerDestroy:
      return false;
    // The networks of a container that does not run are the ones that it will have.
    case Action.NetworkConnect:
      return !isRunning(info) || isConnected(info, event.actorName);
    case Action.NetworkDisconnect:
      return !isRunning(info) || (event.actorName !== '' && !isConnected(info, event.actorName));
    default:
      return true;
  }
}

/** Returns the ID of the container that an event is about, `''` if it has none. */
export function containerOf({ action, actorId, actorAttributes }: DockerEvent): string {
  const isOfNetwork = action === Action.NetworkConnect || action === Action.NetworkDisconnect;
  return isOfNetwork ? (actorAttributes['container'] ?? '') : actorId;
}

function isConnected({ networks }: ContainerInfo, network: string): boolean {
  return networks.some(({ name }) => name === network);
}
