import type { ManualClock } from '@watcher/testing/clock';

/** Resolves when `condition` holds; looks after each turn of the event loop. Fails after `limit` milliseconds. */
export async function eventually(what: string, condition: () => boolean, limit = 10_000): Promise<void> {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when `clock` has a timer that fires in exactly `delay` milliseconds, and so what sets it waits. */
export function untilWaiting(clock: ManualClock, delay: number): Promise<void> {
  return eventually(`a timer of ${delay} ms`, () => clock.delays.includes(delay));
}
