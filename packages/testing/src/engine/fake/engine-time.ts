import type { Clock } from '@watcher/core';
import { EngineError } from '../test-engine.ts';

const NANOS = 1_000_000_000n;

/** Odd on purpose, so that the nanoseconds of neighbouring events differ by what a double cannot hold. */
const STEP = 1_009n;

/**
 * The engine's wall clock, in nanoseconds. Two readings are never equal while it runs forward, and it can be set,
 * as an administrator or NTP does.
 */
export class EngineTime {
  readonly #clock: Clock;
  #offset = 0;
  #last = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time now: never before that of the latest event, until the clock is set back. */
  now(): bigint {
    const now = BigInt(Math.trunc(this.#clock.now() + this.#offset)) * 1_000_000n;
    return now > this.#last ? now : this.#last;
  }

  /** The time of a new event: later than that of any before it, until the clock is set back. */
  next(): bigint {
    this.#last = this.now() + STEP;
    return this.#last;
  }

  /** Sets the clock forward by `milliseconds`, or back by a negative number of them. */
  step(milliseconds: number): void {
    this.#offset += milliseconds;
    this.#last = 0n;
  }
}

/**
 * Reads `since` and `until` as the engine does: `seconds` or `seconds.fraction`, the fraction padded to nine
 * digits, and nothing or `-1` for none.
 *
 * @throws {EngineError} 500, as the engine answers what it cannot read
 */
export function parseTimestamp(text: string | null): bigint | undefined {
  if (!text) return undefined;
  const dot = text.indexOf('.');
  const seconds = parseInteger(dot < 0 ? text : text.slice(0, dot));
  if (dot < 0) return seconds === -1n ? undefined : seconds * NANOS;
  const fraction = text.slice(dot + 1);
  parseInteger(fraction);
  return seconds * NANOS + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/**
 * Reads them as Podman does: as a floating-point number of seconds, which holds those of our time to about a quarter
 * of a microsecond.
 */
export function parseFloatingTimestamp(text: string | null): bigint | undefined {
  if (!text) return undefined;
  const time = Number(text);
  if (!Number.isFinite(time)) throw new EngineError(500, `unable to convert time of ${text}`);
  const seconds = Math.trunc(time);
  return BigInt(seconds) * NANOS + BigInt(Math.trunc((time - seconds) * 1e9));
}

function parseInteger(text: string): bigint {
  if (/^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return BigInt(text);
  throw new EngineError(500, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** A time as the engine writes it: RFC 3339 with nanoseconds. */
export function timeText(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % NANOS).padStart(9, '0')}Z`;
}
