import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, stat } from 'node:fs/promises';
import { normalize, sep } from 'node:path';
import { faultOf, isAbsence, isRefusal, REPLACED_OUTSIDE } from './faults.ts';
import { isMountPoint } from './mount-point.ts';

/** What `stat` tells of a file and its content. */
export type Stat = Pick<
  BigIntStats,
  'dev' | 'ino' | 'birthtimeNs' | 'nlink' | 'size' | 'mtimeNs' | 'ctimeNs'
>;

/** What one file was when it was last looked at. A symlink is what it leads to. */
export interface FileState extends Stat {
  /**
   * How much of the content is known: the `whole`, by its hash; nothing, for it is too `large` or may not be read
   * (`unread`); or nothing that lasts, for it was written all the while (`torn`).
   */
  readonly content: 'whole' | 'large' | 'unread' | 'torn';
  /** Of the whole content; else `''`. */
  readonly hash: string;
  /** Whether the name is a symlink, and so no name of the file itself. */
  readonly linked: boolean;
}

/** Names in the same directory. */
export type Steps = readonly string[];

/** What became of looking at a name. `via` is set for a symlink. */
export type Look =
  /** Nothing is there, or what is there is no regular file. */
  | { readonly kind: 'absent'; readonly via: Steps | undefined }
  /** A file, and its content belongs to its times. `fault` says why it could not be read, or what is odd about it. */
  | {
      readonly kind: 'file';
      readonly via: Steps | undefined;
      readonly state: FileState;
      readonly fault?: unknown;
    }
  /** A file that was written or replaced while it was read. */
  | { readonly kind: 'unstable'; readonly via: Steps | undefined; readonly state: FileState }
  /** Whether anything is there, or what, cannot be told now. */
  | { readonly kind: 'unknown'; readonly fault: unknown };

/**
 * Looks at one name of a directory. The content is read between two looks at the file's identity, size and times,
 * so that a `file` is never a mixture of two states.
 */
export async function look(directory: string, name: string, contentLimit: number): Promise<Look> {
  const path = pathOf(directory, name);
  let via: Steps | undefined;
  let handle: FileHandle | undefined;
  try {
    let before = await lstat(path, { bigint: true });
    if (before.isSymbolicLink()) {
      via = await stepsOf(directory, name);
      before = await stat(path, { bigint: true });
    }
    if (!before.isFile()) return { kind: 'absent', via };
    // A file that is just being replaced has no name any more, either, for as long as it is still found by it.
    const isLost = before.nlink === 0n && (await isMountPoint(path));
    const fault = isLost ? faultOf(REPLACED_OUTSIDE) : undefined;
    if (before.size > contentLimit) return { kind: 'file', via, state: stateOf(before, via, 'large'), fault };
    try {
      // Not blocking: a pipe may have taken the file's place since, and opening one would wait for its writer.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { kind: 'file', via, state: stateOf(before, via, 'unread'), fault: error };
    }
    // Before anything is read from it: what is in a pipe is for somebody else.
    if (!(await handle.stat()).isFile()) return { kind: 'absent', via };
    const hash = await hashOf(handle, Number(before.size), contentLimit);
    const after = await handle.stat({ bigint: true });
    return hash !== undefined && sameStat(before, after)
      ? { kind: 'file', via, state: stateOf(after, via, 'whole', hash), fault }
      : { kind: 'unstable', via, state: stateOf(after, via, 'torn') };
  } catch (error) {
    return isAbsence(error) ? { kind: 'absent', via } : { kind: 'unknown', fault: error };
  } finally {
    await handle?.close().catch(() => {});
  }
}

/**
 * The names in the directory that a symlink in it leads through, one after the other: whatever changes one of them may
 * change what is reached. They end where the way leads on elsewhere, or into a directory.
 */
async function stepsOf(directory: string, name: string): Promise<Steps> {
  const steps: string[] = [];
  for (let next = name; ; ) {
    // The last of them is no symlink, or is not there.
    const target = await readlink(pathOf(directory, next)).catch(() => '');
    next = firstStep(directory, target);
    if (next === '' || next === name || steps.includes(next) || steps.length === MOST_STEPS) return steps;
    steps.push(next);
  }
}

/** The system gives up after as many symlinks. */
const MOST_STEPS = 40;

/** The name in its own directory that a symlink's target begins with; `''` when it leads elsewhere at once. */
function firstStep(directory: string, target: string): string {
  const way = normalize(target);
  const own = pathOf(directory, '');
  const [step = ''] = (way.startsWith(own) ? way.slice(own.length) : way).split(sep);
  return isPlainName(step) ? step : '';
}

/** Whether a name is one of a file's own, and no symlink that leads to it. */
export async function isOwnName(directory: string, name: string): Promise<boolean> {
  return lstat(pathOf(directory, name)).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The names in a directory, in no order. Throws what the system says. */
export function listNames(directory: string): Promise<string[]> {
  return readdir(directory);
}

/** Which directory a path leads to right now; undefined for what is none. Throws what the system says. */
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

/** Whether nothing that `stat` tells has changed. */
export function sameStat(a: Stat, b: Stat): boolean {
  return sameTimes(a, b) && a.ino === b.ino && a.dev === b.dev && a.birthtimeNs === b.birthtimeNs;
}

/** Whether size and times are the same, the time of the last chmod or rename among them. */
export function sameTimes(a: Stat, b: Stat): boolean {
  return a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.size === b.size;
}

/**
 * Whether both are the same file, under whatever name. An inode alone is no identity: that of a deleted file is used
 * for the next one. Where the file system keeps no birth time, size and time have to do.
 */
export function sameFile(a: Stat, b: Stat): boolean {
  if (a.ino !== b.ino || a.dev !== b.dev || a.birthtimeNs !== b.birthtimeNs) return false;
  return a.birthtimeNs !== 0n || (a.size === b.size && a.mtimeNs === b.mtimeNs);
}

function stateOf(found: Stat, via: Steps | undefined, content: FileState['content'], hash = ''): FileState {
  const { dev, ino, birthtimeNs, nlink, size, mtimeNs, ctimeNs } = found;
  return { dev, ino, birthtimeNs, nlink, size, mtimeNs, ctimeNs, content, hash, linked: via !== undefined };
}

const CHUNK = 256 * 1024;
const PAGE = 4096;

/**
 * The hash of exactly `size` bytes; undefined when the file is shorter or longer by now. The files of the kernel, as
 * what `/etc/mtab` leads to, say that they are empty and are not: those are read up to `contentLimit`.
 */
async function hashOf(handle: FileHandle, size: number, contentLimit: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  const limit = size === 0 ? contentLimit : size;
  const buffer = Buffer.allocUnsafe(Math.min(limit + 1, size === 0 ? PAGE : CHUNK));
  let total = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, total);
    if (bytesRead === 0) break;
    total += bytesRead;
    if (total > limit) return undefined;
    hash.update(bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead));
  }
  return total === size || size === 0 ? hash.digest('base64') : undefined;
}
