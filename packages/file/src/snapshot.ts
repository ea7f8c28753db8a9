import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { sep } from 'node:path';

/** What one file was when it was last looked at. A symlink is what it leads to. */
export interface FileState {
  readonly dev: bigint;
  readonly ino: bigint;
  /** 0n where the file system keeps none. */
  readonly birthtimeNs: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Of the whole content. `''` where it could not be known: too large, not readable, or written all the while. */
  readonly hash: string;
}

/** What became of looking at a name. */
export type Look =
  /** Nothing is there, or what is there is no regular file. */
  | { readonly kind: 'absent' }
  /** A file, and its content belongs to its times. `error` says why it could not be read. */
  | { readonly kind: 'file'; readonly state: FileState; readonly error?: unknown }
  /** A file that was written or replaced while it was read. */
  | { readonly kind: 'unstable'; readonly state: FileState }
  /** Whether anything is there cannot be told. */
  | { readonly kind: 'unknown'; readonly error: unknown };

/**
 * Looks at one name of a directory. The content is read between two looks at the file's identity, size and times,
 * so that a `file` is never a mixture of two states.
 */
export async function look(directory: string, name: string, contentLimit: number): Promise<Look> {
  const path = pathOf(directory, name);
  let handle: FileHandle | undefined;
  try {
    const before = await stat(path, { bigint: true });
    if (!before.isFile()) return { kind: 'absent' };
    if (before.size > contentLimit) return { kind: 'file', state: stateOf(before, '') };
    try {
      // Not blocking: a pipe may have taken the file's place since, and opening one would wait for its writer.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if (isAbsence(error)) return { kind: 'unstable', state: stateOf(before, '') };
      return { kind: 'file', state: stateOf(before, ''), error };
    }
    const hash = await hashOf(handle, Number(before.size));
    const after = stateOf(await handle.stat({ bigint: true }), hash ?? '');
    return hash !== undefined && sameStat(before, after)
      ? { kind: 'file', state: after }
      : { kind: 'unstable', state: after };
  } catch (error) {
    return isAbsence(error) ? { kind: 'absent' } : { kind: 'unknown', error };
  } finally {
    await handle?.close().catch(() => {});
  }
}

/** The names in a directory, in no order. Throws what the system says. */
export function listNames(directory: string): Promise<string[]> {
  return readdir(directory);
}

/** Which directory a path leads to right now. Throws what the system says. */
export async function directoryIdentity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true });
  return found.isDirectory() ? `${found.dev}:${found.ino}:${found.birthtimeNs}` : undefined;
}

/** Whether `name` is one step from its directory: no separator in it, and not `.` or `..`. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !UNSAFE.test(name);
}

// A colon names a drive or an alternate stream on Windows. Elsewhere a backslash is a character like any other.
const UNSAFE = process.platform === 'win32' ? /[/\\:\0]/ : /[/\0]/;

export function pathOf(directory: string, name: string): string {
  return directory.endsWith(sep) ? directory + name : directory + sep + name;
}

/** What `stat` tells of a file and its content. */
export type Stat = Pick<BigIntStats, 'dev' | 'ino' | 'birthtimeNs' | 'size' | 'mtimeNs' | 'ctimeNs'>;

/** Whether nothing that `stat` tells of the content has changed. */
export function sameStat(a: Stat, b: Stat): boolean {
  return (
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.birthtimeNs === b.birthtimeNs
  );
}

/** Whether both are the same file, under whatever name. An inode alone is none: it is used again at once. */
export function sameFile(a: FileState, b: FileState): boolean {
  if (a.ino !== b.ino || a.dev !== b.dev || a.birthtimeNs !== b.birthtimeNs) return false;
  return a.birthtimeNs !== 0n || (a.size === b.size && a.mtimeNs === b.mtimeNs);
}

/** Whether an error says that there is nothing under a path; any other leaves that open. */
export function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO';
}

function stateOf({ dev, ino, birthtimeNs, size, mtimeNs, ctimeNs }: Stat, hash: string): FileState {
  return { dev, ino, birthtimeNs, size, mtimeNs, ctimeNs, hash };
}

const CHUNK = 256 * 1024;

/** The hash of exactly `size` bytes; undefined when the file is shorter or longer by now. */
async function hashOf(handle: FileHandle, size: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(size + 1, CHUNK));
  let total = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, total);
    if (bytesRead === 0) break;
    total += bytesRead;
    if (total > size) return undefined;
    hash.update(bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead));
  }
  return total === size ? hash.digest('base64') : undefined;
}
