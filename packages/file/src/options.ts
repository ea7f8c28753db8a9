import {
  type Clock,
  clockOption,
  countOption,
  durationOption,
  invalidOption,
  type Logger,
  loggerOption,
} from '@watcher/core';

/** How a directory is watched. Every default is meant to need no thought. */
export interface FileWatcherOptions {
  /**
   * Milliseconds that a file must be left alone before it is read and told. Default 50.
   *
   * The longer waits follow from it: twice as long (at least 100) for a file that is gone to come back, ten times
   * as long (at least 500) for an empty or suddenly much shorter one to be filled, and forty times as long (at
   * least 2000) as the most that a file which is written without a pause is held back.
   */
  readonly settleTime?: number | undefined;
  /**
   * Milliseconds between two looks at every file, for what the system gives no notice of. Default 1000. `false`
   * trusts the system's notice alone.
   */
  readonly pollInterval?: number | false | undefined;
  /**
   * Looks every `pollInterval` only and asks the system for no notice: for network file systems, WSL and Docker
   * Desktop mounts, where none comes. Default false.
   */
  readonly polling?: boolean | undefined;
  /** Names to leave out, beside hidden ones. A file asked for by name is never left out. Default: none. */
  readonly ignore?: RegExp | ((name: string) => boolean) | undefined;
  /**
   * Whether an event is told too when the content is what it was: the same bytes written again, a touch, a chmod.
   * Default false. Then a change that is undone before it has settled is none either, so that a consumer who reads a
   * file later than its event, at just that moment, hears no more of it; `true` tells even that.
   */
  readonly rewrites?: boolean | undefined;
  /**
   * Bytes up to which content is read and compared. A larger file is compared by identity, size and times alone,
   * so that a touch or a chmod of it is an event. Default 4194304 (4 MiB).
   */
  readonly contentLimit?: number | undefined;
  /**
   * Milliseconds that a file system may take to answer one call before `FILE_SYSTEM_TIMEOUT` is reported. Local file
   * systems have no such limit. Default 2000.
   */
  readonly timeout?: number | undefined;
  /**
   * Written to as the watching of a directory begins and ends (debug), as a fault stands in its way (warn) and as that
   * is over (info). Default: silent.
   */
  readonly logger?: Logger | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The options, checked and complete. */
export interface Settings {
  /** What a name in doubt has to wait for; all in milliseconds. */
  readonly settle: SettleTimes;
  /** Milliseconds, or undefined: off. */
  readonly pollInterval: number | undefined;
  readonly polling: boolean;
  /** As given. */
  readonly ignore: FileWatcherOptions['ignore'];
  readonly isIgnored: (name: string) => boolean;
  readonly rewrites: boolean;
  readonly contentLimit: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly logger: Logger | undefined;
  readonly clock: Clock;
}

export interface SettleTimes {
  /** Without a hint, before a file is looked at. */
  readonly quiet: number;
  /** For a file that is gone to come back, under its own name or another. */
  readonly grace: number;
  /** For a file that looks half-written to be filled. */
  readonly patience: number;
  /** Since its first hint, after which a file is told as it is. */
  readonly bound: number;
}

/** @throws {WatcherError} `INVALID_OPTION` that names the option, what was expected and what was given */
export function settingsOf(options: FileWatcherOptions = {}): Settings {
  if (!isObject(options)) throw invalidOption('options', 'an object', options);
  const quiet = durationOption('settleTime', options.settleTime, 50);
  const settings: Settings = {
    settle: {
      quiet,
      grace: Math.max(100, 2 * quiet),
      patience: Math.max(500, 10 * quiet),
      bound: Math.max(2000, 40 * quiet),
    },
    pollInterval:
      options.pollInterval === false
        ? undefined
        : durationOption('pollInterval', options.pollInterval, 1000, 1),
    polling: booleanOption('polling', options.polling),
    ignore: options.ignore,
    isIgnored: ignoreOption(options.ignore),
    rewrites: booleanOption('rewrites', options.rewrites),
    contentLimit: countOption('contentLimit', options.contentLimit, 4 * 1024 * 1024),
    timeout: durationOption('timeout', options.timeout, 2000, 1),
    logger: loggerOption('logger', options.logger),
    clock: clockOption('clock', options.clock),
  };
  if (settings.polling && settings.pollInterval === undefined) {
    throw invalidOption('pollInterval', 'milliseconds, since "polling" is true', false);
  }
  return settings;
}

export function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null;
}

/** The option in which two sets of settings differ, or undefined. */
export function conflictingOption(a: Settings, b: Settings): string | undefined {
  if (a.settle.quiet !== b.settle.quiet) return 'settleTime';
  if (!sameIgnore(a.ignore, b.ignore)) return 'ignore';
  const plain = [
    'pollInterval',
    'polling',
    'rewrites',
    'contentLimit',
    'timeout',
    'logger',
    'clock',
  ] as const;
  return plain.find((name) => a[name] !== b[name]);
}

function sameIgnore(a: Settings['ignore'], b: Settings['ignore']): boolean {
  return a === b || (a instanceof RegExp && b instanceof RegExp && String(a) === String(b));
}

function booleanOption(option: string, given: boolean | undefined): boolean {
  if (given === undefined || typeof given === 'boolean') return given ?? false;
  throw invalidOption(option, 'true or false', given);
}

function ignoreOption(given: FileWatcherOptions['ignore']): (name: string) => boolean {
  if (given === undefined) return () => false;
  if (typeof given === 'function') return given;
  if (!(given instanceof RegExp)) throw invalidOption('ignore', 'a RegExp or a function of the name', given);
  // Without the flags that make a match depend on the one before.
  const pattern = new RegExp(given.source, given.flags.replace(/[gy]/g, ''));
  return (name) => pattern.test(name);
}
