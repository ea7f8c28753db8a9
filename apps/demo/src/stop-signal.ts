/** Milliseconds in which a signal is the same wish told twice: by the terminal, and by whoever started us. */
const SAME_WISH = 1000;

/** Is aborted by Ctrl-C, by SIGTERM, by the terminal's end. Who asks again, and waited, is not made to wait longer. */
export function stopSignal(): AbortSignal {
  const abort = new AbortController();
  let asked: number | undefined;
  const stop = () => {
    const now = performance.now();
    asked ??= now;
    if (now - asked > SAME_WISH) process.exit(130);
    abort.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  // Whoever read our output is gone, as with `demo | head`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop);
  return abort.signal;
}
