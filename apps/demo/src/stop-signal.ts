import { type Clock, systemClock } from '@watcher/core';

/** Milliseconds from the wish to stop to the end by force. */
const FORCE_AFTER_MS = 900;

/** The part of a process that stops it. */
export interface Stoppable {
  readonly pid: number;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  removeAllListeners(signal: NodeJS.Signals): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Stops for another reason than a signal: the reader of the output is gone. */
  stop(): void;
}

/**
 * Is aborted by Ctrl-C, by SIGTERM and by the terminal's end. A process that has not ended 900 ms later, since a disk or
 * a reader does not answer, ends by the signal's default action: `process.exit` would wait for them.
 */
export function stopSignal(from: Stoppable, clock: Clock = systemClock): StopSignal {
  const abort = new AbortController();
  const stop = (name: NodeJS.Signals = 'SIGTERM') => {
    if (abort.signal.aborted) return;
    abort.abort();
    const timer = clock.setTimeout(() => {
      from.removeAllListeners(name);
      from.kill(from.pid, name);
    }, FORCE_AFTER_MS);
    (timer as Partial<NodeJS.Timeout>).unref?.();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) from.on(name, () => stop(name));
  return { signal: abort.signal, stop };
}
