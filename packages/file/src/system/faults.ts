import { printable, WatcherError } from '@watcher/core';

/** What was being done when the system refused. */
export type Doing = 'watch' | 'list' | 'read' | 'follow';

/** A fault of the world, which may pass. */
export interface Fault {
  readonly doing: Doing;
  readonly path: string;
  /** Of the file that it is about; undefined: the directory. */
  readonly name?: string | undefined;
  readonly error: unknown;
}

/** The faults that stand right now: each is told once, when it begins, and to whoever comes while it stands. */
export class Faults {
  readonly #standing = new Map<string, Fault>();
  readonly #begin: (fault: Fault) => void;
  readonly #end: (fault: Fault) => void;

  /**
   * @param begin called with a fault as it begins, or as it turns into another
   * @param end called with one when what it stood in the way of goes well again
   */
  constructor(begin: (fault: Fault) => void, end: (fault: Fault) => void = () => {}) {
    this.#begin = begin;
    this.#end = end;
  }

  /** What came of doing something: an error, or undefined when it went well. */
  note(doing: Doing, path: string, error: unknown, name?: string): void {
    const key = `${doing} ${path}`;
    const before = this.#standing.get(key);
    if (error === undefined) {
      this.#standing.delete(key);
      if (before) this.#end(before);
      return;
    }
    if (before && codeOf(before.error) === codeOf(error)) return;
    const fault = { doing, path, error, name };
    this.#standing.set(key, fault);
    this.#begin(fault);
  }

  /** Whether something stands in the way that may be over without a trace in the file itself. */
  stands(doing: Doing, path: string): boolean {
    return this.#standing.has(`${doing} ${path}`);
  }

  /** Forgets what stood in the way of something that nobody wants done any more. */
  forget(doing: Doing, path: string): void {
    this.#standing.delete(`${doing} ${path}`);
  }

  /** Forgets those of files that nobody wants any more. */
  keep(wanted: (name: string) => boolean): void {
    for (const [key, { name }] of this.#standing) {
      if (name !== undefined && !wanted(name)) this.#standing.delete(key);
    }
  }

  get size(): number {
    return this.#standing.size;
  }

  /** The files that a fault is about. */
  *names(): Iterable<string> {
    for (const { name } of this.#standing.values()) if (name !== undefined) yield name;
  }

  [Symbol.iterator](): Iterator<Fault> {
    return this.#standing.values();
  }
}

/** Whether an error says that there is nothing under a path; any other leaves that open. */
export function isAbsence(error: unknown): boolean {
  return ABSENCE.has(codeOf(error));
}

/** Whether an error says that something is there and that this process may not read it. */
export function isRefusal(error: unknown): boolean {
  return codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
}

/** The fault as a consumer gets it. All are retried: nothing a file system does is for good. */
export function faultError({ doing, path, error }: Fault, source: string): WatcherError {
  const code = codeOf(error);
  if (error instanceof ReplacedSource) {
    return new WatcherError(replacedMessage(path, error), { code, source, retryable: true, cause: error });
  }
  const [name, advice] = ADVICE[`${doing} ${code}`] ??
    ADVICE[code] ?? ['FILE_SYSTEM_ERROR', `the system says ${code}. It is tried again`];
  // Which file system it is, or what of it failed, is known to the error alone.
  const detail = code === 'ETIMEDOUT' ? ` (${printable((error as Error).message, LONGEST_PATH)})` : '';
  const message = `Cannot ${doing} "${printable(path, LONGEST_PATH)}"${detail}: ${advice}.`;
  return new WatcherError(message, { code: name, source, retryable: true, cause: error });
}

/** Of a path that the system takes. */
const LONGEST_PATH = 4096;

/** Stands for a fault that no system call reports. */
export function faultOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

export interface ReplacedSourceDetails {
  /** Whether a single file is mounted, and not a directory. */
  readonly isFile: boolean;
  readonly point: string;
  /** The path of what is mounted, as it was, inside its file system. */
  readonly source: string;
  /** Its path now; undefined: it is deleted. */
  readonly movedTo: string | undefined;
}

/** A mount shows what was mounted, and something else is in the place of its source by now. */
export class ReplacedSource extends Error {
  readonly code = 'REPLACED_OUTSIDE';
  readonly details: ReplacedSourceDetails;

  constructor(details: ReplacedSourceDetails) {
    super(
      details.movedTo === undefined ? 'the source of a mount was deleted' : 'the source of a mount was moved',
    );
    this.details = details;
  }
}

function replacedMessage(path: string, { details }: ReplacedSource): string {
  const { isFile, point, source, movedTo } = details;
  const shown = (name: string) => `"${printable(name, LONGEST_PATH)}"`;
  const happened =
    movedTo === undefined
      ? 'was deleted or replaced'
      : `was moved or replaced, and is called ${shown(movedTo)} now`;
  const what = `its source ${shown(source)} ${happened}`;
  if (isFile) {
    return (
      `Cannot follow ${shown(path)}: it is mounted as a single file, and ${what}: the mount holds the old file, so ` +
      'nothing that is saved outside arrives. Mount its directory instead: in Docker "-v ./config:/etc/app" in place ' +
      'of "-v ./config/app.yml:/etc/app/app.yml", in Kubernetes a volume without "subPath". Until then, restart the ' +
      'container after each save, or save with a tool that writes the file in place.'
    );
  }
  return (
    `Cannot follow ${shown(path)}: the directory that is mounted at ${shown(point)} is not the one outside any more, ` +
    `for ${what}: the mount holds the old directory, so nothing that is saved outside arrives. Restart the ` +
    'container to mount the new directory. To deploy without a restart, replace the files in the directory and not ' +
    'the directory itself, or mount its parent directory.'
  );
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : 'an error without a code';
}

const ABSENCE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG']);

const POLLED = 'Until then every file is looked at each poll interval';
const OPEN_FILES = 'Raise the limit with ulimit -n, or close files';

/** By what was done and the system's code, or by the code alone. */
const ADVICE: Readonly<Record<string, readonly [code: string, advice: string]>> = {
  ENOENT: ['DIRECTORY_MISSING', 'there is no such directory. It is waited for'],
  ELOOP: ['DIRECTORY_MISSING', 'its symbolic links lead in a circle. A directory is waited for'],
  ENAMETOOLONG: ['DIRECTORY_MISSING', 'the path is longer than the system allows'],
  ENOTDIR: ['NOT_A_DIRECTORY', 'it, or a part of its path, is not a directory. One is waited for'],
  EACCES: [
    'PERMISSION_DENIED',
    'permission is denied (EACCES). Give this process the right to read and search it',
  ],
  EPERM: [
    'PERMISSION_DENIED',
    'permission is denied (EPERM). Give this process the right to read and search it',
  ],
  'watch ENOSPC': [
    'WATCH_LIMIT',
    `the limit of inotify watches is reached (ENOSPC). Raise it with sysctl fs.inotify.max_user_watches. ${POLLED}`,
  ],
  'watch EMFILE': [
    'WATCH_LIMIT',
    'the limit of inotify instances, or of open files, is reached (EMFILE). Raise it with sysctl ' +
      `fs.inotify.max_user_instances, or ulimit -n. ${POLLED}`,
  ],
  EMFILE: ['OPEN_FILE_LIMIT', `this process has as many files open as it may (EMFILE). ${OPEN_FILES}`],
  ETIMEDOUT: [
    'FILE_SYSTEM_TIMEOUT',
    'the file system does not answer. Check its server or its daemon, or unmount it. While several do not answer, ' +
      'others have to wait: raise UV_THREADPOOL_SIZE. It is tried again',
  ],
  ENFILE: [
    'OPEN_FILE_LIMIT',
    'the system has as many files open as it may (ENFILE). Raise it with sysctl fs.file-max',
  ],
  'watch NOTIFIER_UNAVAILABLE': [
    'NOTIFIER_UNAVAILABLE',
    "chokidar cannot be loaded, so Node's fs.watch reports changes in its place. Install this package with its " +
      'dependencies; a bundle has to include chokidar or to leave it external. The cause has the details',
  ],
};
