import { isWatcherError, printable, textOf, WatcherError } from '@watcher/core';

export type InformerErrorCode =
  | 'INVALID_OPTION'
  | 'LIST_FAILED'
  | 'GET_FAILED'
  | 'EVENTS_MISSED'
  | 'SOURCE_FAILED'
  | 'SUBSCRIBER_FAILED'
  | 'ABORTED';

/** The longest part of another error's message that ours repeats. */
const CAUSE_LENGTH = 500;

export function listFailed(source: string, cause: unknown): WatcherError {
  return new WatcherError(
    `Cannot list "${printable(source)}": ${said(cause)}. The store keeps its last state; the list is retried.`,
    { code: 'LIST_FAILED', source, retryable: true, cause },
  );
}

export function getFailed(source: string, key: string, cause: unknown): WatcherError {
  return new WatcherError(
    `Cannot get "${printable(key)}" of "${printable(source)}": ${said(cause)}. It is retried, and then listed.`,
    { code: 'GET_FAILED', source, retryable: true, cause },
  );
}

export function eventsMissed(source: string, keys: readonly string[], count: number): WatcherError {
  const names = keys.map((key) => `"${printable(key)}"`).join(', ');
  const more = count > keys.length ? ` and ${count - keys.length} more` : '';
  return new WatcherError(
    `Events of "${printable(source)}" are missing: a list shows changes of ${names}${more} that no event announced. ` +
      'The store is corrected. Check that the source emits events; until it does, changes show after resyncInterval.',
    { code: 'EVENTS_MISSED', source, retryable: true },
  );
}

/** @param method the method of the source that threw, `key` for example */
export function sourceFailed(source: string, method: string, cause: unknown): WatcherError {
  return new WatcherError(`The source "${printable(source)}" threw in ${method}(): ${said(cause)}.`, {
    code: 'SOURCE_FAILED',
    source,
    cause,
  });
}

export function subscriberFailed(source: string, cause: unknown): WatcherError {
  return new WatcherError(
    `A subscriber of the informer of "${printable(source)}" threw: ${said(cause)}. It stays subscribed.`,
    { code: 'SUBSCRIBER_FAILED', source, cause },
  );
}

export function closedBeforeSync(source: string, cause: unknown): WatcherError {
  return new WatcherError(`The informer of "${printable(source)}" was closed before its first list.`, {
    code: 'ABORTED',
    source,
    cause,
  });
}

/** Returns the error of a watch as the one that its informer closes with. */
export function asWatcherError(error: unknown, source: string): WatcherError {
  return isWatcherError(error) ? error : sourceFailed(source, 'watch', error);
}

function said(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : textOf(cause);
  return printable(text, CAUSE_LENGTH).replace(/\.$/, '');
}
