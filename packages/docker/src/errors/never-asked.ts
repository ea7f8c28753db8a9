import type { WatcherError } from '@watcher/core';

/**
 * Whether a question did not get as far as the engine, for want of something here or on the way to its name: nothing
 * of that says how a connection fares that is open.
 */
export function wasNeverAsked({ cause }: WatcherError): boolean {
  const { code } = (cause ?? {}) as { code?: unknown };
  return wants.has(code);
}

const wants: ReadonlySet<unknown> = new Set([
  // No descriptor, no memory, no port of our own.
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EADDRNOTAVAIL',
  // No process for ssh; or so many wait at the engine's socket that one more is turned away.
  'EAGAIN',
  // No answer of whoever knows names.
  'EAI_AGAIN',
  'ENOTFOUND',
]);
