import { stat } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/**
 * Checks a path that was given for a file of routes. The file may come later.
 *
 * @throws {UsageError} for a directory, a device, and a path that cannot be read
 */
export async function checkRoutesFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UsageError(`--routes: cannot read ${path}: ${error.code}.`);
  });
  if (found && !found.isFile()) throw new UsageError(`--routes: ${path} is not a regular file.`);
}
