import { readFile, realpath } from 'node:fs/promises';

/** Whether something is mounted at exactly this path. False where the system does not say: Linux does. */
export async function isMountPoint(path: string): Promise<boolean> {
  try {
    const [point, mounts] = await Promise.all([realpath(path), readFile('/proc/self/mountinfo', 'utf8')]);
    return mounts.split('\n').some((line) => pointOf(line) === point);
  } catch {
    return false;
  }
}

/** The fifth field of a line, in which blanks and backslashes are written as octal numbers. */
function pointOf(line: string): string | undefined {
  const [, , , , point] = line.split(' ');
  return point?.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
