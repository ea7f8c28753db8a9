import { mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A new directory, removed after the test. Not under the system's temporary one, where editors save differently. */
export async function playground(): Promise<string> {
  const path = await mkdtemp(fileURLToPath(new URL('../../.test-', import.meta.url)));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
