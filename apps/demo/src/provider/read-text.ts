import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a regular file of at most `limit` bytes as text.
 *
 * Opening a named pipe would wait for a writer, in a thread that keeps the process alive; `O_NONBLOCK` opens it
 * immediately, and anything but a regular file is refused. The check looks at the opened file, since the name may lead elsewhere later.
 *
 * @returns undefined where there is no such file
 * @throws {Error} for a directory, a pipe, a device, and a file that is larger
 */
export async function readText(path: string, limit: number): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      if (error.code === 'ENXIO') throw notRegular('a socket');
      throw error;
    },
  );
  if (!file) return undefined;
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw notRegular('a directory');
    if (stat.isFIFO()) throw notRegular('a named pipe');
    if (!stat.isFile()) throw notRegular('a device');
    // Read to the end, and one byte past the limit: the size is 0 in /proc, and a file may grow.
    const buffer = Buffer.alloc(limit + 1);
    let length = stat.size > limit ? buffer.length : 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > limit) throw new Error(`it has more than ${limit} bytes; split it into several files`);
    return buffer.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}

function notRegular(what: string): Error {
  return new Error(`it is ${what}; expected a regular file`);
}
