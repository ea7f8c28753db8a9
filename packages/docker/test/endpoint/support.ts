import { systemClock } from '@watcher/core';
import type { FileDeadline } from '../../src/endpoint/settings-file.ts';

/** What `run` throws, for more than one look at it. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

/** Resolves to what `promise` rejects with, for more than one look at it. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was rejected.');
}

/** More than any file takes here. */
export const PATIENT: FileDeadline = {
  clock: systemClock,
  timeout: 60_000,
  signal: new AbortController().signal,
};
