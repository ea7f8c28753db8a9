import { isWatcherError, textOf } from '@watcher/core';
import { oneLine } from './one-line.ts';
import { StatusError } from './status-error.ts';

/** Causes of causes that are kept. */
const MAX_DEPTH = 4;

/**
 * Returns an error as it may be the `cause` of one of ours. Loggers print causes with all their properties, and these
 * may hold what an engine sent, raw, or what a client was given: headers, keys, agents. So an error of another library
 * is replaced by a copy with its name, its message on one line, its stack, its code and its causes.
 */
export function causeOf(error: unknown, depth = 0): unknown {
  if (error === undefined || isWatcherError(error) || error instanceof StatusError) return error;
  if (!(error instanceof Error)) return oneLine(textOf(error));
  const { name, message, code, stack, cause } = error as NodeJS.ErrnoException;
  const shown = oneLine(message);
  const inner = depth < MAX_DEPTH ? causeOf(cause, depth + 1) : undefined;
  const copy = new Error(shown, inner === undefined ? undefined : { cause: inner });
  hide(copy, 'name', oneLine(name));
  // The stack begins with the message.
  if (shown === message && typeof stack === 'string') hide(copy, 'stack', stack);
  return Object.assign(copy, typeof code === 'string' && { code: oneLine(code) });
}

/** As an error has these: not among what is listed of it. */
function hide(error: Error, property: 'name' | 'stack', value: string): void {
  Object.defineProperty(error, property, { value, configurable: true, writable: true });
}
