import { textOf } from '@watcher/core';
import { oneLine } from './one-line.ts';

/**
 * An error of somebody else's as the `cause` of one of ours. Whoever prints an error prints its causes with it, so that
 * one with text of an engine's in it, raw or long, is replaced by what may be shown of it: its words and its code.
 */
export function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return oneLine(textOf(error));
  const { message, code } = error as NodeJS.ErrnoException;
  const shown = oneLine(message);
  if (shown === message && !('rawPacket' in error)) return error;
  return Object.assign(new Error(shown), typeof code === 'string' && { code });
}
