/** Resolves when `condition` holds; looks after each turn of the event loop. Fails after `limit` milliseconds. */
export async function eventually(what: string, condition: () => boolean, limit = 10_000): Promise<void> {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
