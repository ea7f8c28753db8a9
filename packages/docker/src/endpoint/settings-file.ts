import { readFileSync, statSync } from 'node:fs';
import type { WatcherError } from '@watcher/core';
import { fault } from '../errors/fault.ts';

export interface SettingsFile {
  readonly path: string;
  /** What an error calls it. */
  readonly what: string;
  /** What was expected of it, or what to do: the end of an error's message. */
  readonly advice: string;
  /** False where what should be a path may be a secret, given in a wrong form. Default true. */
  readonly mayShow?: boolean;
}

/**
 * What a file of settings holds.
 *
 * @throws {WatcherError} `INVALID_SETTING` when it cannot be read; `UNREACHABLE` when only the system cannot, for now
 */
export function readSettingsFile(file: SettingsFile): Buffer {
  try {
    return readFileSync(file.path);
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

/** Whether there is something at `path`. What cannot be found out counts as there: reading it says why. */
export function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** What the system says when it has run short of something, or a disk or another machine does not answer. */
const passing: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ESTALE',
  'ETIMEDOUT',
]);

function unreadable(
  { what, advice, mayShow = true }: SettingsFile,
  error: NodeJS.ErrnoException,
): WatcherError {
  const { code = 'no code' } = error;
  const cause = mayShow ? error : undefined;
  if (!passing.has(code)) return fault('INVALID_SETTING', `Cannot read ${what} (${code})${advice}`, cause);
  const limit = code === 'EMFILE' || code === 'ENFILE' ? ' Raise the limit of open files (ulimit -n).' : '';
  return fault('UNREACHABLE', `Cannot read ${what} for now (${code}).${limit}`, cause);
}
