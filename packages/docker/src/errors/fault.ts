import { WatcherError } from '@watcher/core';
import { causeOf } from './cause.ts';
import { oneLine } from './one-line.ts';

/** What tells the errors of a DockerWatcher apart. `docs/errors.md` says what to do about each. */
export type DockerErrorCode =
  | 'UNREACHABLE'
  | 'PERMISSION_DENIED'
  | 'SSH'
  | 'TLS'
  | 'REFUSED'
  | 'ENGINE_FAULT'
  | 'TIMEOUT'
  | 'CONNECTION_LOST'
  | 'STREAM_DEAD'
  | 'PROTOCOL'
  | 'INVALID_SETTING'
  | 'READ_ONLY'
  | 'ABORTED';

/**
 * A fault as it travels inside this package; `source` is added where it leaves. Its message is one line, whatever
 * was put into it, and its cause holds nothing that a log must not show.
 */
export function fault(code: DockerErrorCode, message: string, cause?: unknown): WatcherError {
  return new WatcherError(oneLine(message, 1000), {
    code,
    retryable: !permanent.has(code),
    cause: causeOf(cause),
  });
}

/** The codes of what no retry changes. */
const permanent: ReadonlySet<DockerErrorCode> = new Set(['INVALID_SETTING', 'READ_ONLY', 'ABORTED']);

/** The same error, where trying again can mend it after all. */
export function retryable({ message, code, cause }: WatcherError): WatcherError {
  return new WatcherError(message, { code, retryable: true, cause });
}

/** The same error, saying which watcher it came from. */
export function withSource({ message, code, retryable, cause }: WatcherError, source: string): WatcherError {
  return new WatcherError(message, { code, source, retryable, cause });
}
