import type { FileSystem } from '../fs/file-system.ts';
import { openFile } from '../fs/open-file.ts';

/** The content of a file, or why it has none that can be used. */
export type ReadResult = { readonly bytes: Uint8Array } | { readonly problem: string };

/**
 * Reads a regular file of at most `limit` bytes.
 *
 * @returns undefined where there is no regular file of this name: also for a directory, a pipe, a socket and a device
 * @throws errors of the system that a later attempt may not meet
 */
export async function readRegularFile(
  fileSystem: FileSystem,
  path: string,
  limit: number,
): Promise<ReadResult | undefined> {
  try {
    const file = await openFile(fileSystem, fileSystem.locate(path), path);
    try {
      if (!(await file.stat()).isFile()) return undefined;
      // Read to the end, whatever the size says: it is 0 in /proc, and a file may grow.
      const buffer = Buffer.alloc(limit + 1);
      let length = 0;
      while (length < buffer.length) {
        const read = await file.read(buffer.subarray(length), length);
        if (read === 0) break;
        length += read;
      }
      if (length > limit) return { problem: `it has more than ${limit} bytes` };
      return { bytes: Uint8Array.from(buffer.subarray(0, length)) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && NO_FILE.has(code)) return undefined;
    if (code === 'EACCES' || code === 'EPERM') return { problem: 'it may not be read by this process' };
    throw error;
  }
}

/** `ENXIO` is a socket, or a pipe that nobody writes to. */
const NO_FILE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENXIO', 'ELOOP']);
