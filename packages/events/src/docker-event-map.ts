import { Action } from './action.ts';

/**
 * The engine's event types and actions, and the Action each is. What is not in it is no event of ours. By type
 * first, since a volume is destroyed too, and is no container.
 *
 * The words are those of the Docker Engine API; a health check's outcome is part of its action there.
 *
 * @example
 * ```ts
 * console.log(actionName(dockerEventMap.container['health_status: healthy']));
 * // => healthy
 * ```
 */
export const dockerEventMap = {
  container: {
    create: Action.ContainerCreate,
    start: Action.ContainerStart,
    unpause: Action.ContainerUnpause,
    kill: Action.ContainerKill,
    stop: Action.ContainerStop,
    pause: Action.ContainerPause,
    die: Action.ContainerDie,
    destroy: Action.ContainerDestroy,
    rename: Action.ContainerRename,
    update: Action.ContainerUpdate,
    'health_status: healthy': Action.ContainerHealthy,
    'health_status: unhealthy': Action.ContainerUnhealthy,
    oom: Action.ContainerOom,
  },
  network: {
    connect: Action.NetworkConnect,
    disconnect: Action.NetworkDisconnect,
  },
} as const satisfies Record<string, Record<string, Action>>;

/** An Action that the engine reports. */
export type DockerAction =
  | (typeof dockerEventMap.container)[keyof typeof dockerEventMap.container]
  | (typeof dockerEventMap.network)[keyof typeof dockerEventMap.network];
