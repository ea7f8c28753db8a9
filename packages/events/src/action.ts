/**
 * The actions, one bit each, so that a set of actions is a mask. File and container actions have the order of
 * GoDoxy's `internal/watcher/events`. The values never change: programs may store and send them.
 *
 * Written as numbers, because TypeScript widens `1 << n` to `number` in a declaration file, and nothing narrows then.
 *
 * @example
 * ```ts
 * const ends = Action.ContainerDie | Action.ContainerDestroy;
 * console.log((Action.ContainerDie & ends) !== 0, (Action.ContainerStart & ends) !== 0);
 * // => true false
 * ```
 */
export const Action = {
  FileWritten: 1,
  FileCreated: 2,
  FileDeleted: 4,
  FileRenamed: 8,
  ContainerCreate: 16,
  ContainerStart: 32,
  ContainerUnpause: 64,
  ContainerKill: 128,
  ContainerStop: 256,
  ContainerPause: 512,
  ContainerDie: 1024,
  ContainerDestroy: 2048,
  /** Not a change: the consumer is to take stock again. */
  ForceReload: 4096,
  ContainerRename: 8192,
  ContainerUpdate: 16384,
  ContainerHealthy: 32768,
  ContainerUnhealthy: 65536,
  ContainerOom: 131072,
  NetworkConnect: 262144,
  NetworkDisconnect: 524288,
} as const;

export type Action = (typeof Action)[keyof typeof Action];

const names: Readonly<Record<Action, string>> = {
  [Action.FileWritten]: 'written',
  [Action.FileCreated]: 'created',
  [Action.FileDeleted]: 'deleted',
  [Action.FileRenamed]: 'renamed',
  [Action.ContainerCreate]: 'created',
  [Action.ContainerStart]: 'started',
  [Action.ContainerUnpause]: 'unpaused',
  [Action.ContainerKill]: 'killed',
  [Action.ContainerStop]: 'stopped',
  [Action.ContainerPause]: 'paused',
  [Action.ContainerDie]: 'died',
  [Action.ContainerDestroy]: 'destroyed',
  [Action.ForceReload]: 'force-reloaded',
  [Action.ContainerRename]: 'renamed',
  [Action.ContainerUpdate]: 'updated',
  [Action.ContainerHealthy]: 'healthy',
  [Action.ContainerUnhealthy]: 'unhealthy',
  [Action.ContainerOom]: 'out-of-memory',
  [Action.NetworkConnect]: 'connected',
  [Action.NetworkDisconnect]: 'disconnected',
};

/**
 * The action in one word, as a person would say it. `unknown` for what is no action.
 *
 * @example
 * ```ts
 * console.log(actionName(Action.ContainerStart), actionName(Action.FileWritten));
 * // => started written
 * ```
 */
export function actionName(action: number): string {
  return names[action as Action] ?? 'unknown';
}

const containerStart = Action.ContainerCreate | Action.ContainerStart | Action.ContainerUnpause;
const containerStop = Action.ContainerKill | Action.ContainerStop | Action.ContainerDie;

/**
 * Whether a container came to be or to run: create, start or unpause.
 *
 * @example
 * ```ts
 * console.log(isContainerStart(Action.ContainerUnpause), isContainerStart(Action.ContainerDie));
 * // => true false
 * ```
 */
export function isContainerStart(action: number): boolean {
  return (action & containerStart) !== 0;
}

/**
 * Returns whether a container stops, by GoDoxy's group: kill, stop or die.
 *
 * A kill is any signal, and many leave the container running: `docker kill -s HUP` reloads a proxy. For the end of a
 * container use {@link isContainerEnd}.
 */
export function isContainerStop(action: number): boolean {
  return (action & containerStop) !== 0;
}

const containerEnd = Action.ContainerDie | Action.ContainerDestroy;

/**
 * Returns whether a container has ended: die or destroy. Every container that stops dies, whatever stopped it.
 *
 * @example
 * ```ts
 * console.log(isContainerEnd(Action.ContainerDie), isContainerEnd(Action.ContainerKill));
 * // => true false
 * ```
 */
export function isContainerEnd(action: number): boolean {
  return (action & containerEnd) !== 0;
}

/** Whether a container was paused. */
export function isContainerPause(action: number): boolean {
  return (action & Action.ContainerPause) !== 0;
}
