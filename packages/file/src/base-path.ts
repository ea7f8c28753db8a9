import { lstatSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';

/**
 * Returns the absolute form of a base path, which leads where the kernel goes: `..` after a symlink leads to the
 * directory above the symlink's target, and stays in the path, since the symlink may be pointed elsewhere later.
 * After anything else, `..` removes the name before it.
 */
export function absoluteBasePath(path: string): string {
  // Windows itself removes names by their text.
  if (process.platform === 'win32' || !path.includes('..')) return resolve(path);
  const names: string[] = [];
  for (const name of (isAbsolute(path) ? path : process.cwd() + sep + path).split(sep)) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.at(-1) === '..' || isSymlink(sep + names.join(sep))) names.push('..');
    else names.pop();
  }
  return sep + names.join(sep);
}

function isSymlink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}
