import { test } from 'vitest';

/** Tests that need something of the machine: skipped aloud without it, and failed where everything is required. */
export function testWith(missing: string | undefined): typeof test.skip {
  if (missing === undefined) return test as unknown as typeof test.skip;
  if (process.env['WATCHER_REQUIRE_TOOLS'] === '1') return test as unknown as typeof test.skip;
  process.stderr.write(`Skipped, since this machine lacks something: ${missing}\n`);
  return test.skip;
}
