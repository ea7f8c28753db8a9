import { type Clock, systemClock } from '@watcher/core';

/** Milliseconds in which a signal is the same wish told twice: by the terminal, and by whoever started us. */
const SAME_WISH = 1000;

/** What a process is to whoever asks it to stop. */
export interface Stoppable {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
  readonly stdout: Output;
  readonly stderr: Output;
}

interface Output {
  on(event: 'error', listener: () => void): unknown;
}

/** Is aborted by Ctrl-C, by SIGTERM, by the terminal's end. Who asks again, and waited, is not made to wait longer. */
export function stopSignal(from: Stoppable, clock: Clock = systemClock): AbortSignal {
  const abort = new AbortController();
  let asked: number | undefined;
  const stop = () => {
    const now = clock.monotonic();
    asked ??= now;
    abort.abort();
    if (now - asked >= SAME_WISH) from.exit(130);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) from.on(name, stop);
  // Whoever read our output is gone, as with `demo | head`. That is one wish, however many writes fail.
  for (const output of [from.stdout, from.stderr]) output.on('error', () => abort.abort());
  return abort.signal;
}
