/**
 * What happened, one bit each, so that a set of actions is a mask. The order is that of GoDoxy's
 * `internal/watcher/events`, and the values are stable for good: they may be stored and sent.
 *
 * @example
 * ```ts
 * const ends = Action.ContainerDie | Action.ContainerDestroy;
 * console.log((Action.ContainerDie & ends) !== 0, (Action.ContainerStart & ends) !== 0);
 * // => true false
 * ```
 */
export const Action = {
  FileWritten: 1 << 0,
  FileCreated: 1 << 1,
  FileDeleted: 1 << 2,
  FileRenamed: 1 << 3,
  ContainerCreate: 1 << 4,
  ContainerStart: 1 << 5,
  ContainerUnpause: 1 << 6,
  ContainerKill: 1 << 7,
  ContainerStop: 1 << 8,
  ContainerPause: 1 << 9,
  ContainerDie: 1 << 10,
  ContainerDestroy: 1 << 11,
  /** Not a change: the consumer is to take stock again. */
  ForceReload: 1 << 12,
  ContainerRename: 1 << 13,
  ContainerUpdate: 1 << 14,
  ContainerHealthy: 1 << 15,
  ContainerUnhealthy: 1 << 16,
  ContainerOom: 1 << 17,
  NetworkConnect: 1 << 18,
  NetworkDisconnect: 1 << 19,
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

/** Whether a container ceased to run: kill, stop or die. */
export function isContainerStop(action: number): boolean {
  return (action & containerStop) !== 0;
}

/** Whether a container was paused. */
export function isContainerPause(action: number): boolean {
  return (action & Action.ContainerPause) !== 0;
}
