/** Resolves in the next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Longer than this between two looks counts as no longer, in milliseconds: this process, or the machine, stood still. */
const LONGEST_LOOK = 10;

/**
 * Waits for a condition, by a clock that does not count the time for which this process got no processor: what is
 * waited for got none either. Resolves false when `limit` milliseconds were over first.
 */
export async function waitFor(condition: () => boolean | Promise<boolean>, limit: number): Promise<boolean> {
  let passed = 0;
  let last = performance.now();
  for (;;) {
    if (await condition()) return true;
    if (passed > limit) return false;
    await sleep(1);
    const now = performance.now();
    passed += Math.min(now - last, LONGEST_LOOK);
    last = now;
  }
}
