/**
 * Runs parts side by side until `stop` is aborted. One that fails ends the others, since what they do makes sense
 * only together. Resolves when the last has ended, with what went wrong.
 */
export async function together(
  parts: readonly ((signal: AbortSignal) => Promise<void>)[],
  stop: AbortSignal,
): Promise<readonly unknown[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const failures: unknown[] = [];
  const run = async (part: (signal: AbortSignal) => Promise<void>) => {
    try {
      await part(signal);
    } catch (error) {
      failures.push(error);
      failed.abort();
    }
  };
  await Promise.all(parts.map(run));
  return failures;
}
