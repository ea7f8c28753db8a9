import type { Clock } from '@watcher/core';
import { until } from '../concurrency.ts';
import type { Cursor } from '../events/cursor.ts';
import { BEAT, onPulse } from './pulse.ts';
import { type Stopwatch, stopwatch } from './stopwatch.ts';

/** An engine drops an event for a listener that leaves its slots full for 100 ms: a beat, and as much again. */
const TOLERANCE = 50;

/** How many events an engine holds for a listener before it drops any. */
const SLOTS = 1024;

/** Fewer lines than this in a beat: what had piled up has been read. */
const TRICKLE = 8;

/** Milliseconds in which what had piled up has been read, however much comes behind it. */
const READ = 1000;

/**
 * Calls `lost` when this process has stood still (a blocked event loop, SIGSTOP, a suspended machine) and the
 * engine may have dropped events for it meanwhile, which it does in silence, with the stream still open. It cannot
 * have unless it held {@link SLOTS} for us first, and those come once we read again: so they are counted. The hole is
 * somewhere behind them, and behind what the sockets held: so the consumer hears of it when all of that has been read,
 * since what it lists before would be made wrong by what is still to come.
 *
 * @param begun when the subscription was released: a consumer may have stood still over what it was told then
 *
 * Never resolves; rejects when aborted.
 */
export async function watchForStandstill(
  cursor: Cursor,
  clock: Clock,
  begun: Moment,
  lost: () => void,
  signal: AbortSignal,
): Promise<never> {
  let sinceBeat = begun.since;
  /** How many lines had come at the latest beat. */
  let atBeat = begun.count;
  /** How many had come when we stood still; undefined when nothing of then is left to read. */
  let before: number | undefined;
  /** Since there were too many of them; undefined when nobody is to be told of that. */
  let sincePile: Stopwatch | undefined;

  const piledUp = () => {
    // Sockets may be read before timers run: the beat that is late may not have been.
    const late = sinceBeat() >= BEAT + TOLERANCE;
    if (late || before !== undefined) {
      before = cursor.count;
      sincePile ??= stopwatch(clock);
      cursor.dropped();
    }
    cursor.ringAt(cursor.count + SLOTS, piledUp);
  };
  const tell = () => {
    sincePile = undefined;
    lost();
  };
  if (begun.since() >= TOLERANCE) before = begun.count;
  const stop = onPulse(clock, (lateness) => {
    const { count } = cursor;
    const isLate = lateness >= TOLERANCE;
    const isRead = !isLate && (count - atBeat < TRICKLE || (sincePile?.() ?? 0) >= READ);
    if (isLate) before ??= atBeat;
    else if (isRead) before = undefined;
    if (sincePile && (isRead || sincePile() >= READ)) tell();
    atBeat = count;
    sinceBeat = stopwatch(clock);
    cursor.ringAt((before ?? count) + SLOTS, piledUp);
  });
  cursor.ringAt(atBeat + SLOTS, piledUp);
  try {
    return await until(new Promise<never>(() => {}), signal);
  } finally {
    stop();
    cursor.ringAt(Number.POSITIVE_INFINITY, () => {});
    if (sincePile) tell();
  }
}

/** Knows whether this process has stood still since it was made. */
export class Alertness implements Disposable {
  readonly #stop: () => void;
  #sinceBeat: Stopwatch;
  #stoodStill = false;

  constructor(clock: Clock) {
    this.#sinceBeat = stopwatch(clock);
    this.#stop = onPulse(clock, (lateness) => {
      if (lateness >= TOLERANCE) this.#stoodStill = true;
      this.#sinceBeat = stopwatch(clock);
    });
  }

  get stoodStill(): boolean {
    return this.#stoodStill || this.#sinceBeat() >= BEAT + TOLERANCE;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

/** A moment in a stream. */
export interface Moment {
  readonly since: Stopwatch;
  /** How many lines had come. */
  readonly count: number;
}
