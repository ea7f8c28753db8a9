import { WatcherError } from '@watcher/core';

/** What an error of the system means for the watching of `path`, and what to do about it. All of them are retried. */
export function faultOf(error: unknown, path: string, source: string): WatcherError {
  const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
  const [name, advice] = FAULTS[code] ?? ['FILE_SYSTEM_ERROR', `the system says ${code}`];
  return new WatcherError(`Cannot watch "${path}": ${advice}.`, {
    code: name,
    source,
    retryable: true,
    cause: error,
  });
}

const MISSING = 'there is no such directory. It is waited for';
const LIMITED = 'Until then it is looked at every poll interval';

const FAULTS: Readonly<Record<string, readonly [code: string, advice: string]>> = {
  ENOENT: ['DIRECTORY_MISSING', MISSING],
  ELOOP: ['DIRECTORY_MISSING', 'its symbolic links lead in a circle. It is waited for'],
  ENOTDIR: ['NOT_A_DIRECTORY', 'it, or a part of its path, is not a directory. One is waited for'],
  ENOSPC: [
    'WATCH_LIMIT',
    `the limit of inotify watches is reached (ENOSPC). Raise fs.inotify.max_user_watches with sysctl. ${LIMITED}`,
  ],
  EMFILE: [
    'WATCH_LIMIT',
    'the limit of inotify instances or of open files is reached (EMFILE). Raise fs.inotify.max_user_instances ' +
      `with sysctl, or the open files with ulimit -n. ${LIMITED}`,
  ],
  ENFILE: [
    'WATCH_LIMIT',
    `the system's limit of open files is reached (ENFILE). Raise fs.file-max with sysctl. ${LIMITED}`,
  ],
  EACCES: [
    'PERMISSION_DENIED',
    'permission is denied (EACCES). Give this process read and search permission on it',
  ],
  EPERM: [
    'PERMISSION_DENIED',
    'permission is denied (EPERM). Give this process read and search permission on it',
  ],
};
