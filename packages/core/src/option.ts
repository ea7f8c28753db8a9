import { WatcherError } from './error.ts';
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

/** A value as an error message may show it: short, on one line, and typed. */
function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'string' && typeof value !== 'object') return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // circular or hostile: its kind has to do
  }
  if (text === undefined) return `a value of type ${typeof value}`;
  return printable(text, 80);
}
