import { type Clock, systemClock } from './clock.ts';
import { WatcherError } from './error.ts';
import type { Logger } from './logger.ts';
import { printable } from './printable.ts';

/** The longest delay a timer takes, in milliseconds: 2^31 - 1, about 24.8 days. Node fires a longer one at once. */
export const MAX_DELAY = 2_147_483_647;

/** The error for an option that is wrong in itself. Thrown at construction, and never for a fault of the world. */
export function invalidOption(option: string, expected: string, given: unknown, source = ''): WatcherError {
  return new WatcherError(`Invalid option "${option}": expected ${expected}, got ${show(given)}.`, {
    code: 'INVALID_OPTION',
    source,
  });
}

/**
 * Checks an option that is a duration in milliseconds and gives its value, or `fallback` when it is not set.
 *
 * @throws {WatcherError} `INVALID_OPTION` when it is not a finite number from `min` to {@link MAX_DELAY}
 */
export function durationOption(option: string, given: number | undefined, fallback: number, min = 0): number {
  if (given === undefined) return fallback;
  if (typeof given === 'number' && given >= min && given <= MAX_DELAY) return given;
  throw invalidOption(option, `milliseconds from ${min} to ${MAX_DELAY}`, given);
}

/**
 * Checks an option that is a count of at least 1 and gives its value, or `fallback` when it is not set.
 *
 * @throws {WatcherError} `INVALID_OPTION` when it is neither a positive safe integer nor Infinity
 */
export function countOption(option: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  if (given === Number.POSITIVE_INFINITY || (Number.isSafeInteger(given) && given >= 1)) return given;
  throw invalidOption(option, 'a whole number of at least 1', given);
}

/**
 * Checks an option that is an AbortSignal, of whatever realm or library, and gives it; undefined when it is not set.
 *
 * @throws {WatcherError} `INVALID_OPTION` when it is none
 */
export function signalOption(option: string, given: AbortSignal | undefined): AbortSignal | undefined {
  if (given === undefined || hasMethods(given, ['addEventListener', 'removeEventListener'])) return given;
  throw invalidOption(option, 'an AbortSignal', given);
}

/**
 * Checks an option that is a {@link Clock} and gives it, or {@link systemClock} when it is not set.
 *
 * @throws {WatcherError} `INVALID_OPTION` when it is none
 */
export function clockOption(option: string, given: Clock | undefined): Clock {
  if (given === undefined) return systemClock;
  if (hasMethods(given, ['now', 'monotonic', 'setTimeout', 'clearTimeout'])) return given;
  throw invalidOption(option, 'a Clock, with now, monotonic, setTimeout and clearTimeout', given);
}

/**
 * Checks an option that is a {@link Logger} and gives it; undefined when it is not set.
 *
 * @throws {WatcherError} `INVALID_OPTION` when it is none
 */
export function loggerOption(option: string, given: Logger | undefined): Logger | undefined {
  if (given === undefined || hasMethods(given, ['debug', 'info', 'warn', 'error'])) return given;
  throw invalidOption(option, 'a logger, with debug, info, warn and error', given);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/**
 * A value as an error message may show it: short, on one line, and typed. Of an object its kind and its names alone: what
 * they are the names of may be a password.
 */
function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return printable(JSON.stringify(value), 80);
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    if (Array.isArray(value)) return printable(JSON.stringify(value), 80);
    const kind = Object.getPrototypeOf(value)?.constructor?.name || 'Object';
    const names = Object.keys(value).join(', ');
    return printable(`${kind === 'Object' ? '' : `${kind} `}{${names && ` ${names} `}}`, 80);
  } catch {
    return 'an object'; // circular or hostile
  }
}
