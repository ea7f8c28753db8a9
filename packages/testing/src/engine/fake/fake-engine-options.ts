import { type Clock, countOption, invalidOption } from '@watcher/core';
import { type DialectName, dialects } from './dialect.ts';

export interface FakeEngineOptions {
  /**
   * `socket` for a Unix socket in a folder of its own under the system's temporary folder, or a port on 127.0.0.1,
   * where 0 is a free one. Default: `socket`.
   */
  readonly listen?: 'socket' | number;
  /** Which engine it speaks like. Default: `docker`, version 20.10. */
  readonly dialect?: DialectName;
  /** The engine's wall clock, and the timers of its faults. Default: the system's. */
  readonly clock?: Clock;
  /** How many of the latest messages `published` has, and requests `requests`. Default: 4096. */
  readonly keep?: number;
}

/** @throws {WatcherError} `INVALID_OPTION`, naming the one that is wrong in itself */
export function checkOptions({ listen = 'socket', dialect = 'docker', keep }: FakeEngineOptions): void {
  const isPort = Number.isInteger(listen) && Number(listen) >= 0 && Number(listen) < 65_536;
  if (listen !== 'socket' && !isPort) throw invalidOption('listen', '"socket" or a port', listen);
  if (!Object.hasOwn(dialects, dialect)) {
    throw invalidOption('dialect', `one of ${Object.keys(dialects).join(', ')}`, dialect);
  }
  countOption('keep', keep, 4096);
}
