import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, open, stat } from 'node:fs/promises';
import { type Clock, isWatcherError, type WatcherError } from '@watcher/core';
import { BoundedWork } from '../bounded-work.ts';
import { linkAbort } from '../concurrency.ts';
import { fault } from '../errors/fault.ts';
import { isLikelyPath, shownPath } from './shown-path.ts';

export interface SettingsFile {
  readonly path: string;
  /** What an error calls it, in front of its path. */
  readonly what: string;
  /** What was expected of it, or what to do: the end of an error's message. */
  readonly advice: string;
  /** False where what should be a path may be a secret, given in a wrong form. Default true. */
  readonly mayShow?: boolean;
}

/** How long the file system may take. */
export interface FileDeadline {
  readonly clock: Clock;
  /** Milliseconds for each file, from the call to its content. */
  readonly timeout: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** No settings are longer. A bundle of all public CAs has some 220 KiB. */
export const MAX_SETTINGS_BYTES = 1_048_576;

/**
 * Reads a file of settings: a regular file of at most {@link MAX_SETTINGS_BYTES}. Never blocks the event loop, whatever
 * is at the path, and never waits past the deadline.
 *
 * @throws {WatcherError} `INVALID_SETTING` when it cannot be read; `UNREACHABLE` when only the system cannot, for now,
 *   or does not answer in time
 */
export async function readSettingsFile(file: SettingsFile, deadline: FileDeadline): Promise<Buffer> {
  try {
    return await inTime(`read ${file.path}`, () => readRegularFile(file.path), deadline);
  } catch (error) {
    throw unreadable(file, error, deadline);
  }
}

/** Reads a file of settings as {@link readSettingsFile} does. Returns undefined when there is none. */
export async function readOptionalSettingsFile(
  file: SettingsFile,
  deadline: FileDeadline,
): Promise<Buffer | undefined> {
  try {
    return await inTime(`read ${file.path}`, () => readRegularFile(file.path), deadline);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw unreadable(file, error, deadline);
  }
}

/**
 * Returns whether there is something at the path. Resolves true where that cannot be found out: reading it says why.
 *
 * @throws {WatcherError} `UNREACHABLE` when the file system does not answer in time
 */
export async function isThere(file: SettingsFile, deadline: FileDeadline): Promise<boolean> {
  try {
    await inTime(`stat ${file.path}`, () => stat(file.path), deadline);
    return true;
  } catch (error) {
    if (error === LATE || deadline.signal.aborted) throw unreadable(file, error, deadline);
    return !isAbsent(error);
  }
}

/** What is found where a socket is looked for. */
export type SocketState = 'absent' | 'forbidden' | 'usable';

/**
 * Returns whether a socket is at the path, and whether this user may open it.
 *
 * @throws {WatcherError} `UNREACHABLE` when the file system does not answer in time
 */
export async function stateOfSocket(path: string, deadline: FileDeadline): Promise<SocketState> {
  try {
    return await inTime(`socket ${path}`, () => lookAtSocket(path), deadline);
  } catch (error) {
    throw unreadable({ path, what: 'the socket', advice: '' }, error, deadline);
  }
}

/** One hung file system leaves a thread for the settings that are elsewhere, and libuv two for all others. */
const work = new BoundedWork<unknown>({ limit: 2 });

/** Why a wait ended that had lasted too long. */
const LATE = Symbol('late');

async function inTime<T>(key: string, run: () => Promise<T>, deadline: FileDeadline): Promise<T> {
  const { clock, timeout, signal } = deadline;
  using link = linkAbort(signal);
  const timer = clock.setTimeout(() => link.abort(LATE), timeout);
  try {
    return (await work.run(key, run, link.signal)) as T;
  } finally {
    clock.clearTimeout(timer);
  }
}

async function readRegularFile(path: string): Promise<Buffer> {
  // Before it is opened, since opening a device may do something, as rewinding a tape.
  requireRegular(await stat(path));
  // A FIFO that took the file's place meanwhile would block the open. Windows has neither.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    requireRegular(await file.stat());
    return await readAll(file);
  } finally {
    await file.close();
  }
}

/** A size may be wrong, as in `/proc`: what is read is counted. */
async function readAll(file: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= MAX_SETTINGS_BYTES) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(65_536) });
    if (bytesRead === 0) return Buffer.concat(chunks, length);
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  throw new UnfitFile(`it is longer than ${MAX_SETTINGS_BYTES} bytes`);
}

async function lookAtSocket(path: string): Promise<SocketState> {
  try {
    // A folder is in its place where a container was given a socket that did not exist.
    if (!(await stat(path)).isSocket()) return 'absent';
  } catch {
    return 'absent';
  }
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return 'usable';
  } catch {
    return 'forbidden';
  }
}

/** What is at a path is not what settings are in. */
class UnfitFile extends Error {}

function requireRegular(stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  throw new UnfitFile('it is not a regular file');
}

function isAbsent(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What the system reports when it is short of something, or a disk or another machine does not answer. */
const passing: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ESTALE',
  'ETIMEDOUT',
]);

function unreadable(
  { path, what, advice, mayShow = true }: SettingsFile,
  error: unknown,
  { timeout, signal }: FileDeadline,
): unknown {
  if (signal.aborted || isWatcherError(error)) return error;
  const isShown = mayShow && isLikelyPath(path);
  const name = mayShow ? `${what} at ${shownPath(path)}` : what;
  if (error === LATE) {
    return fault(
      'UNREACHABLE',
      `Cannot read ${name} for now: no answer within ${timeout} ms. Does its file system, or the machine that it is on, answer?`,
    );
  }
  if (error instanceof UnfitFile) {
    return fault('INVALID_SETTING', `Cannot read ${name} (${error.message})${advice}`);
  }
  return refusedBySystem(name, advice, error as NodeJS.ErrnoException, isShown);
}

function refusedBySystem(
  name: string,
  advice: string,
  { code = 'no code', syscall }: NodeJS.ErrnoException,
  isShown: boolean,
): WatcherError {
  // Not the system's own error: its message and its properties hold the path.
  const cause = isShown ? Object.assign(new Error(`${syscall ?? 'read'} ${code}`), { code }) : undefined;
  if (!passing.has(code)) return fault('INVALID_SETTING', `Cannot read ${name} (${code})${advice}`, cause);
  const limit = code === 'EMFILE' || code === 'ENFILE' ? ' Raise the limit of open files (ulimit -n).' : '';
  return fault('UNREACHABLE', `Cannot read ${name} for now (${code}).${limit}`, cause);
}
