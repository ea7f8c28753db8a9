import { accessSync, constants, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Playground extends AsyncDisposable {
  readonly path: string;
  /** The path of something in it. */
  at(...names: string[]): string;
}

/** Of its name; a run that may leave some behind, of tests that did not end, has its own. */
const PREFIX = process.env['WATCHER_PLAYGROUND'] ?? '.test-';

/**
 * Here, unless that is under a temporary directory, where editors keep no backups, or where a test of permissions,
 * run by root as somebody else, does not get: then where root may write and everybody may pass, or else at home.
 */
function ground(): string {
  const here = fileURLToPath(new URL('../../', import.meta.url));
  const temporary = [tmpdir(), '/tmp', '/var/tmp'].some((folder) => here.startsWith(join(folder, '/')));
  if (!temporary && (process.geteuid?.() !== 0 || everybodyMayPass(here))) return here;
  return mayWrite('/srv') ? '/srv' : homedir();
}

/** Not so in a clone that root made at home. */
function everybodyMayPass(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & constants.S_IXOTH) !== 0 && (above === folder || everybodyMayPass(above));
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A new directory, removed with its block. */
export async function playground(): Promise<Playground> {
  const path = await mkdtemp(join(ground(), PREFIX));
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
