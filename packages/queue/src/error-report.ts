import { types } from 'node:util';
import { textOf, WatcherError, type WatcherEvent } from '@watcher/core';
import type { EventQueueOptions } from './options.ts';
import { isThenable, promiseFor } from './thenable.ts';

/** Where an error comes from. */
export interface Trouble<E extends WatcherEvent> {
  /** Whose it is, as a message names it. */
  readonly of: 'onFlush' | 'coalesce' | 'quietPeriod' | 'collapse' | 'a stream';
  /** These events are given up. */
  readonly batch?: readonly E[] | undefined;
}

/** Brings errors to `onError`, and lets nothing that it does, throwing or rejecting, come back. */
export class ErrorReport<E extends WatcherEvent> {
  /** How many were reported. */
  count = 0;
  readonly #name: string;
  readonly #onError: EventQueueOptions<E>['onError'];

  constructor(name: string, onError: EventQueueOptions<E>['onError']) {
    this.#name = name;
    this.#onError = onError;
  }

  tell(error: unknown, { of, batch }: Trouble<E>): void {
    this.count++;
    const reported = asError(error, of, this.#name);
    try {
      const onError: (error: Error, batch?: readonly E[]) => unknown = this.#onError;
      const result = batch ? onError(reported, batch) : onError(reported);
      if (isThenable(result)) promiseFor(result).catch(() => {});
    } catch {
      // The last place an error can go has failed; the queue goes on.
    }
  }
}

/** Whether something is an Error, of this realm or another; a proxy that does not answer is not. */
function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

function asError(error: unknown, of: string, source: string): Error {
  if (isError(error)) return error;
  return new WatcherError(`In the queue "${source}", ${of} failed with what is no Error: ${textOf(error)}`, {
    code: of === 'onFlush' ? 'FLUSH_FAILED' : 'UNEXPECTED',
    source,
    cause: error,
  });
}
