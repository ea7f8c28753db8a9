import { isWatcherError } from '@watcher/core';
import { expect, test } from 'vitest';
import {
  type Doing,
  type Fault,
  Faults,
  faultError,
  faultOf,
  ReplacedSource,
} from '../../src/system/faults.ts';

test.each<[Doing, string, code: string, advice: RegExp]>([
  ['watch', 'ENOENT', 'DIRECTORY_MISSING', /no such directory.*waited for/],
  ['watch', 'ELOOP', 'DIRECTORY_MISSING', /circle/],
  ['watch', 'ENOTDIR', 'NOT_A_DIRECTORY', /not a directory/],
  ['watch', 'ENOSPC', 'WATCH_LIMIT', /sysctl fs\.inotify\.max_user_watches.*each poll interval/],
  ['watch', 'EMFILE', 'WATCH_LIMIT', /sysctl fs\.inotify\.max_user_instances, or ulimit -n/],
  ['watch', 'EACCES', 'PERMISSION_DENIED', /right to read and search/],
  ['list', 'EPERM', 'PERMISSION_DENIED', /right to read and search/],
  ['read', 'EMFILE', 'OPEN_FILE_LIMIT', /ulimit -n/],
  ['list', 'ENFILE', 'OPEN_FILE_LIMIT', /sysctl fs\.file-max/],
  ['read', 'EIO', 'FILE_SYSTEM_ERROR', /EIO.*tried again/],
])('cannot %s, %s: %s, and what to do', (doing, system, code, advice) => {
  const cause = faultOf(system);
  const error = faultError({ doing, path: '/config', error: cause }, 'config');
  expect(error).toMatchObject({ code, source: 'config', retryable: true, cause });
  expect(isWatcherError(error)).toBe(true);
  expect(error.message).toMatch(advice);
  expect(error.message).toContain(`Cannot ${doing} "/config"`);
});

test.each([
  [
    true,
    undefined,
    /"\/config\/a.yml": it is mounted as a single file, and its source "\/srv\/a.yml" was deleted.*Mount its directory instead/,
  ],
  [true, '/srv/a.yml~', /is called "\/srv\/a.yml~" now: the mount holds the old file/],
  [
    false,
    undefined,
    /directory that is mounted at "\/config" is not.*"\/srv\/a.yml" was deleted.*Restart the container/,
  ],
  [false, '/srv/old', /is called "\/srv\/old" now: the mount holds the old directory/],
])(
  'a source that was replaced (single file: %s, now %s) is reported with what to do',
  (isFile, movedTo, text) => {
    const cause = new ReplacedSource({ isFile, point: '/config', source: '/srv/a.yml', movedTo });
    const error = faultError({ doing: 'follow', path: '/config/a.yml', error: cause }, 'config');
    expect(error).toMatchObject({ code: 'REPLACED_OUTSIDE', source: 'config', retryable: true, cause });
    expect(error.message).toMatch(text);
  },
);

test('a source with a hostile name moves no cursor', () => {
  const details = {
    isFile: true,
    point: '/config',
    source: '/a\u001b[2J',
    movedTo: '/b\n[info] all is well',
  };
  const error = faultError(
    { doing: 'follow', path: '/config/a', error: new ReplacedSource(details) },
    'config',
  );
  expect(error.message).toContain('"/a\\u001b[2J"');
  expect(error.message).toContain('"/b\\u000a[info] all is well"');
});

test('a name that somebody else chose moves no cursor and begins no line where an error is shown', () => {
  const path = '/config/a\u001b[2J\n[info] all is well';
  const error = faultError({ doing: 'read', path, name: 'a', error: faultOf('EACCES') }, 'config');
  expect(error.message).toContain('"/config/a\\u001b[2J\\u000a[info] all is well"');
});

test('a fault is told once, when it begins, again when it turns into another, and again after it was over', () => {
  const told: Fault[] = [];
  const faults = new Faults((fault) => told.push(fault));
  const codes = () => told.map(({ error }) => (error as NodeJS.ErrnoException).code);
  faults.note('watch', '/a', undefined);
  faults.note('watch', '/a', faultOf('ENOENT'));
  faults.note('watch', '/a', faultOf('ENOENT'));
  expect(codes()).toEqual(['ENOENT']);
  faults.note('watch', '/a', faultOf('ENOSPC'));
  faults.note('read', '/a', faultOf('EACCES'));
  expect(codes()).toEqual(['ENOENT', 'ENOSPC', 'EACCES']);
  expect([...faults].map(({ doing }) => doing)).toEqual(['watch', 'read']);
  faults.note('watch', '/a', undefined);
  expect([faults.stands('watch', '/a'), faults.stands('read', '/a')]).toEqual([false, true]);
  faults.note('watch', '/a', faultOf('ENOSPC'));
  expect(codes()).toEqual(['ENOENT', 'ENOSPC', 'EACCES', 'ENOSPC']);
  expect(faults.size).toBe(2);
});
