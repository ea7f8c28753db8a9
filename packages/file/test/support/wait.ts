/** Resolves as soon as a condition holds that nothing gives notice of. */
export async function until(condition: () => boolean, what = 'a condition'): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
