import { printable, type WatcherEvent } from '@watcher/core';
import { actionName } from './action.ts';

/**
 * An event in a line of text: `"<action name> <actor name>"`, and the action name alone where there is no
 * actor. The name, which whoever names a file or container chooses, is made `printable`: control characters and
 * what reorders or hides are escaped, so that the line can go to a terminal or a log.
 *
 * @example
 * ```ts
 * console.log(formatEvent(forceReload('docker', 'local', 'gap', Date.now())));
 * // => force-reloaded
 * ```
 */
export function formatEvent(event: WatcherEvent): string {
  const { action, actorName } = event;
  return actorName === '' ? actionName(action) : `${actionName(action)} ${printable(actorName, LONGEST)}`;
}

/** As long as a name can be that a file system or an engine takes. */
const LONGEST = 1024;
