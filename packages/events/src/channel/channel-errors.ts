import { type CloseReason, isWatcherError, textOf, WatcherError } from '@watcher/core';

/** What a producer threw, as the error its stream failed with. */
export function asWatcherError(error: unknown, source: string): WatcherError {
  if (isWatcherError(error)) return error;
  return new WatcherError(
    `The watcher of "${source}" stopped on an error it does not know: ${textOf(error)}`,
    {
      code: 'UNEXPECTED',
      source,
      cause: error,
    },
  );
}

export function consumerFailed(who: string, cause: unknown, source: string): WatcherError {
  return new WatcherError(`${who} of "${source}" threw: ${textOf(cause)}`, {
    code: 'CONSUMER_FAILED',
    source,
    cause,
  });
}

export function neverOpened({ reason }: CloseReason, cause: unknown, source: string): WatcherError {
  return new WatcherError(`The stream of "${source}" was ${reason} before its source was subscribed to.`, {
    code: 'ABORTED',
    source,
    cause,
  });
}

export function secondConsumer(source: string): WatcherError {
  return new WatcherError(
    `The stream of "${source}" has a consumer already, and a stream has one. ` +
      'Call events() again: each call is a stream of its own.',
    { code: 'SECOND_CONSUMER', source },
  );
}
