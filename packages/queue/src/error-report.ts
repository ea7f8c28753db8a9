import { types } from 'node:util';
import { WatcherError, type WatcherEvent } from '@watcher/core';
import type { EventQueueOptions } from './options.ts';
import { isThenable } from './thenable.ts';

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

  /** With a batch: these events are given up. */
  tell(error: unknown, batch?: readonly E[]): void {
    this.count++;
    const reported = asError(error, this.#name);
    try {
      const onError: (error: Error, batch?: readonly E[]) => unknown = this.#onError;
      const result = batch ? onError(reported, batch) : onError(reported);
      if (isThenable(result)) Promise.resolve(result).catch(() => {});
    } catch {
      // The last place an error can go has failed; the queue goes on.
    }
  }
}

function asError(error: unknown, source: string): Error {
  if (error instanceof Error || types.isNativeError(error)) return error;
  return new WatcherError(`A flush of "${source}" failed with what is no Error: ${describe(error)}`, {
    code: 'FLUSH_FAILED',
    source,
    cause: error,
  });
}

function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
