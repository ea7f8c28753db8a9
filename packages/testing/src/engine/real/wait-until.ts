import { connect } from 'node:net';
import { delay, systemClock } from '@watcher/core';

/**
 * Asks `condition` again and again until it holds, at once and then every 25 ms.
 *
 * @throws {Error} with what `failure` says, when it does not hold within `milliseconds`
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  milliseconds: number,
  failure: () => string | Promise<string>,
): Promise<void> {
  const end = systemClock.monotonic() + milliseconds;
  const { signal } = new AbortController();
  while (!(await condition())) {
    if (systemClock.monotonic() > end) throw new Error(await failure());
    await delay(systemClock, 25, signal);
  }
}

/** Whether something listens on a Unix socket. */
export function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
