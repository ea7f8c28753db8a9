import type { WatcherEvent } from '@watcher/core';
import { actionName } from './action.ts';

/**
 * An event in a line of text: `"<action name> <actor name>"`, and the action name alone where there is no
 * actor. Control characters in the name, which whoever names a file or container chooses, are escaped, so that
 * the line can go to a terminal or a log.
 *
 * @example
 * ```ts
 * console.log(formatEvent(forceReload('docker', 'local', 'gap', Date.now())));
 * // => force-reloaded
 * ```
 */
export function formatEvent(event: WatcherEvent): string {
  return `${actionName(event.action)} ${printable(event.actorName)}`.trimEnd();
}

// C0 and C1 controls, and what reorders or breaks a line of text: line separators, bidirectional controls.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function printable(text: string): string {
  return text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
