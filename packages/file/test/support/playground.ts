import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Playground extends AsyncDisposable {
  readonly path: string;
  /** The path of something in it. */
  at(...names: string[]): string;
}

/** Of its name; a run that may leave some behind, of tests that did not end, has its own. */
const PREFIX = process.env['WATCHER_PLAYGROUND'] ?? '.test-';

/** A new directory, removed with its block. Not under the system's temporary one, where editors save differently. */
export async function playground(): Promise<Playground> {
  const path = await mkdtemp(fileURLToPath(new URL(`../../${PREFIX}`, import.meta.url)));
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
