import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Playground extends AsyncDisposable {
  readonly path: string;
  /** The path of something in it. */
  at(...names: string[]): string;
}

/** A new directory, removed with its block. Not under the system's temporary one, where editors save differently. */
export async function playground(): Promise<Playground> {
  const path = await mkdtemp(fileURLToPath(new URL('../../.test-', import.meta.url)));
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
