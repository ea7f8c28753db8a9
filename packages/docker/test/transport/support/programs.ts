import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where daemons are installed, though a user's PATH may not say so. */
const ALSO = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program is, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const { PATH = '' } = process.env;
  return [...PATH.split(delimiter), ...ALSO].map((folder) => join(folder, name)).find(isExecutable);
}

/** Why tests that need a program cannot run here, or undefined when they can. */
export function absentProgram(name: string, debianPackage: string): string | undefined {
  return findProgram(name) ? undefined : `${name} is not installed (Debian: ${debianPackage})`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
