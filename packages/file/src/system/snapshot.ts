import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { normalize, sep } from 'node:path';
import { FileSystem } from '../fs/file-system.ts';
import type { Place } from '../fs/locator.ts';
import { type OpenFile, openFile } from '../fs/open-file.ts';
import { isAbsence, isRefusal } from './faults.ts';

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
  /** Whether an equal stat proves an equal content. */
  readonly hasReliableStat: boolean;
}

/** Names in the same directory. */
export type Steps = readonly string[];

/** What became of looking at a name. `via` is set for a symlink. */
export type Look =
  /** Nothing is there, or what is there is no regular file. */
  | { readonly kind: 'absent'; readonly via: Steps | undefined }
  /** A file, and its content belongs to its times. `fault` says why it could not be read. */
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
 *
 * @throws the reason of the file system's abort
 */
export async function look(
  directory: string,
  name: string,
  contentLimit: number,
  fileSystem = new FileSystem(),
): Promise<Look> {
  const path = pathOf(directory, name);
  let place = placeOf(fileSystem, directory, name);
  let via: Steps | undefined;
  let file: OpenFile | undefined;
  try {
    let before = await lstatAt(fileSystem, place, path);
    if (before.isSymbolicLink()) {
      via = await stepsOf(directory, name, fileSystem);
      place = fileSystem.locate(path);
      before = await fileSystem.call(place, () => stat(path, { bigint: true }));
    }
    if (!before.isFile()) return { kind: 'absent', via };
    const stateOf = stateMaker(place, via);
    if (before.size > contentLimit) return { kind: 'file', via, state: stateOf(before, 'large') };
    try {
      file = await openFile(fileSystem, place, path);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { kind: 'file', via, state: stateOf(before, 'unread'), fault: error };
    }
    // Before anything is read from it: what is in a pipe is for somebody else.
    if (!(await file.stat()).isFile()) return { kind: 'absent', via };
    const state = await readState(file, before, contentLimit, fileSystem.signal, stateOf);
    if (state.content === 'torn') return { kind: 'unstable', via, state };
    return { kind: 'file', via, state };
  } catch (error) {
    fileSystem.signal.throwIfAborted();
    return isAbsence(error) ? { kind: 'absent', via } : { kind: 'unknown', fault: error };
  } finally {
    await file?.close().catch(() => {});
  }
}

/** Where a name is that is no symlink. */
function placeOf(fileSystem: FileSystem, directory: string, name: string): Place {
  const place = fileSystem.locate(directory);
  return fileSystem.mountPointsIn(place).has(name) ? fileSystem.locate(pathOf(directory, name)) : place;
}

function lstatAt(fileSystem: FileSystem, place: Place, path: string): Promise<BigIntStats> | BigIntStats {
  if (place.isLocal) return lstatSync(path, { bigint: true });
  return fileSystem.call(place, () => lstat(path, { bigint: true }));
}

/**
 * The names in the directory that a symlink in it leads through, one after the other: whatever changes one of them may
 * change what is reached. They end where the way leads on elsewhere, or into a directory.
 */
async function stepsOf(directory: string, name: string, fileSystem: FileSystem): Promise<Steps> {
  const steps: string[] = [];
  const place = fileSystem.locate(directory);
  for (let next = name; ; ) {
    // The last of them is no symlink, or is not there.
    const link = pathOf(directory, next);
    const target = await fileSystem.call(place, () => readlink(link)).catch(() => '');
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
export async function isOwnName(directory: string, name: string, fileSystem: FileSystem): Promise<boolean> {
  const place = placeOf(fileSystem, directory, name);
  try {
    return (await lstatAt(fileSystem, place, pathOf(directory, name))).isFile();
  } catch {
    return false;
  }
}

/** The names in a directory, in no order. Throws what the system says. */
export function listNames(directory: string, fileSystem: FileSystem): Promise<string[]> {
  return fileSystem.call(fileSystem.locate(directory), () => readdir(directory));
}

/** Which directory a path leads to right now; undefined for what is none. Throws what the system says. */
export async function directoryIdentity(
  path: string,
  fileSystem = new FileSystem(),
): Promise<string | undefined> {
  const found = await fileSystem.call(fileSystem.locate(path), () => stat(path, { bigint: true }));
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

type StateOf = (
  found: Stat,
  content: FileState['content'],
  hash?: string,
  hasFullSize?: boolean,
) => FileState;

function stateMaker({ hasReliableTimes }: Place, via: Steps | undefined): StateOf {
  return (found, content, hash = '', hasFullSize = true) => {
    const { dev, ino, birthtimeNs, nlink, size, mtimeNs, ctimeNs } = found;
    const stat = { dev, ino, birthtimeNs, nlink, size, mtimeNs, ctimeNs };
    // Times in whole seconds are too coarse to tell two writes apart, or were set by a tool that made an image.
    const hasReliableStat = hasReliableTimes && hasFullSize && ctimeNs % NS_PER_SECOND !== 0n;
    return { ...stat, content, hash, linked: via !== undefined, hasReliableStat };
  };
}

const NS_PER_SECOND = 1_000_000_000n;

/**
 * Reads the content, and looks at the file again. A content that is not as long as the size says is read twice: the
 * file was cut or continued meanwhile, or its size is not that of its content, as in sysfs.
 */
async function readState(
  file: OpenFile,
  before: BigIntStats,
  contentLimit: number,
  signal: AbortSignal,
  stateOf: StateOf,
): Promise<FileState> {
  const first = await readContent(file, before.size, contentLimit, signal);
  const hasFullSize = BigInt(first.length) === before.size;
  const again = hasFullSize ? first : await readContent(file, before.size, contentLimit, signal);
  const after = await file.stat();
  if (first.hash !== again.hash || !sameStat(before, after)) return stateOf(after, 'torn');
  if (first.length > contentLimit) return stateOf(after, 'large');
  return stateOf(after, 'whole', first.hash, hasFullSize);
}

interface Content {
  /** In bytes, as far as they were read: up to the first read that passes the limit. */
  readonly length: number;
  readonly hash: string;
}

async function readContent(
  file: OpenFile,
  size: bigint,
  contentLimit: number,
  signal: AbortSignal,
): Promise<Content> {
  const hash = createHash('sha256');
  // One byte more than expected, so that the end shows.
  const buffer = Buffer.allocUnsafe(size === 0n ? PAGE : Math.min(Number(size) + 1, CHUNK));
  let length = 0;
  while (length <= contentLimit) {
    const bytes = await file.read(buffer, length);
    signal.throwIfAborted();
    if (bytes === 0) break;
    length += bytes;
    hash.update(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
    if (bytes < buffer.length && file.endsWithShortRead) break;
  }
  return { length, hash: hash.digest('base64') };
}

/** Bytes read at once. */
const CHUNK = 256 * 1024;
const PAGE = 4096;
