import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, test } from 'vitest';
import { ConfigFileWatcher, DirectoryWatcher } from '../src/index.ts';
import { conflictingOption, type FileWatcherOptions, settingsOf } from '../src/options.ts';

describe('an option that is wrong in itself throws at construction, and is named', () => {
  test.each<[keyof FileWatcherOptions, unknown]>([
    ['settleTime', -1],
    ['settleTime', Number.NaN],
    ['settleTime', '50'],
    ['pollInterval', 0],
    ['pollInterval', Number.POSITIVE_INFINITY],
    ['pollInterval', true],
    ['pollInterval', 2 ** 31],
    ['polling', 'yes'],
    ['ignore', '*.bak'],
    ['ignore', null],
    ['rewrites', 1],
    ['contentLimit', 0],
    ['contentLimit', 1.5],
    ['contentLimit', '1MB'],
    ['logger', {}],
    ['logger', 'x'],
    ['clock', {}],
    ['clock', null],
  ])('%s: %j', (option, given) => {
    const wrong = expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`"${option}"`),
    });
    expect(() => new DirectoryWatcher('.', { [option]: given })).toThrow(wrong);
    expect(() => new ConfigFileWatcher('a', { basePath: '.', [option]: given })).toThrow(wrong);
  });

  test.each([undefined, null, 7, 'x'])('no options at all, or what are none: %j', (given) => {
    const wrong = (message: string) =>
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) });
    const options = given as never;
    expect(() => new ConfigFileWatcher('a', options)).toThrow(wrong('"basePath"'));
    if (given !== undefined) expect(() => new DirectoryWatcher('.', options)).toThrow(wrong('"options"'));
  });

  test('polling without an interval', () => {
    const wrong = expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('"pollInterval"'),
    });
    expect(() => new DirectoryWatcher('.', { polling: true, pollInterval: false })).toThrow(wrong);
  });

  test.each(['', 'a\0b', undefined, 7])('a path: %j', (given) => {
    const wrong = (option: string) =>
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(`"${option}"`) });
    expect(() => new DirectoryWatcher(given as string)).toThrow(wrong('path'));
    expect(() => new ConfigFileWatcher('a', { basePath: given as string })).toThrow(wrong('basePath'));
    expect(() => new ConfigFileWatcher(given as string, { basePath: '.' })).toThrow(wrong('fileName'));
  });

  test.each(['..', '.', '../a', 'a/b', '/etc/passwd', './../a', 'a/../../b'])('a file name: %j', (given) => {
    expect(() => new ConfigFileWatcher(given, { basePath: '.' })).toThrow(
      /"fileName".*directly in the directory/,
    );
  });
});

test('the defaults are those that are written down', () => {
  expect(settingsOf()).toMatchObject({
    settle: { quiet: 50, grace: 100, patience: 500, bound: 2000 },
    pollInterval: 1000,
    polling: false,
    rewrites: false,
    contentLimit: 4_194_304,
  });
  expect(settingsOf({ settleTime: 200 }).settle).toEqual({
    quiet: 200,
    grace: 400,
    patience: 2000,
    bound: 8000,
  });
  expect(settingsOf({ settleTime: 0 }).settle).toEqual({ quiet: 0, grace: 100, patience: 500, bound: 2000 });
});

test('a RegExp ignores by each name alone, whatever its flags', () => {
  const ignore = /\.bak$/g;
  const { isIgnored } = settingsOf({ ignore });
  expect(['a.bak', 'b.bak', 'c.bak', 'a.yml'].map(isIgnored)).toEqual([true, true, true, false]);
  expect(ignore.lastIndex).toBe(0);
});

test('settings conflict in the first option that differs, and not in one that comes to the same', () => {
  const clock = new ManualClock();
  const conflict = (a: FileWatcherOptions, b: FileWatcherOptions) =>
    conflictingOption(settingsOf(a), settingsOf(b));
  expect(conflict({}, {})).toBeUndefined();
  expect(conflict({ settleTime: 50, pollInterval: 1000, polling: false }, {})).toBeUndefined();
  expect(conflict({ ignore: /a/ }, { ignore: /a/ })).toBeUndefined();
  expect(conflict({ ignore: /a/ }, { ignore: /a/i })).toBe('ignore');
  expect(conflict({ ignore: () => true }, { ignore: () => true })).toBe('ignore');
  expect(conflict({ clock }, {})).toBe('clock');
});
