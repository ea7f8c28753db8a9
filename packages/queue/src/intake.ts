import { invalidOption, type WatcherEvent } from '@watcher/core';
import type { Buffer, Origin } from './buffer.ts';
import { collapse } from './collapse.ts';
import type { Deadline } from './deadline.ts';
import { publishOverflow } from './diagnostics.ts';
import type { ErrorReport, Trouble } from './error-report.ts';
import type { QueueSettings } from './options.ts';
import type { Counters } from './stats.ts';

export interface IntakeParts<E extends WatcherEvent> {
  readonly settings: QueueSettings<E>;
  readonly buffer: Buffer<E>;
  readonly deadline: Deadline;
  readonly counters: Counters;
  readonly errors: ErrorReport<E>;
  /** What was at `start` and behind it has become what is there now. */
  readonly collapsed: (start: number) => void;
}

/** What becomes of an event that comes: kept, merged, or collapsed with all the others. */
export class Intake<E extends WatcherEvent> {
  readonly #parts: IntakeParts<E>;
  readonly #buffer: Buffer<E>;
  /** Whether an event has more to say than that it came. */
  readonly #heedsEach: boolean;
  /** The least size at which there may be something to do; below, and beyond the first event, there is not. */
  readonly #attention: number;
  /** How many events may wait. */
  #limit: number;
  /** What went wrong while an event was taken in; told when the queue is in order again. */
  readonly #troubles: (Trouble<E> & { readonly error: unknown })[] = [];

  constructor(parts: IntakeParts<E>) {
    const { coalesce, quietPeriod, maxBatch, capacity } = parts.settings;
    this.#parts = parts;
    this.#buffer = parts.buffer;
    this.#heedsEach = coalesce !== undefined || quietPeriod !== undefined;
    this.#attention = Math.min(maxBatch, capacity + 1);
    this.#limit = capacity;
  }

  /** Takes an event in and says whether there may be something to do now. */
  take(event: E, origin: Origin<E>): boolean {
    if (this.#heedsEach) this.#heed(event, origin);
    else {
      // The hot path: of all events but the first and the last of a batch, nothing is asked but that they be kept.
      const size = this.#buffer.add(event, origin);
      if (size > 1 && size < this.#attention) return false;
      this.#added(size);
    }
    return true;
  }

  /** Tells `onError`, which may do with the queue what it likes, what went wrong with the last event. */
  tellTroubles(): void {
    if (this.#troubles.length === 0) return;
    for (const { error, ...trouble } of this.#troubles.splice(0)) this.#parts.errors.tell(error, trouble);
  }

  /** Takes in an event that may be merged, or that says how long to wait for the next. */
  #heed(event: E, origin: Origin<E>): void {
    const { settings, deadline, counters } = this.#parts;
    if (this.#merge(event)) counters.merged++;
    else this.#added(this.#buffer.add(event, origin));
    if (settings.quietPeriod) deadline.settleIn(this.#quiet(settings.quietPeriod, event));
  }

  #added(size: number): void {
    if (size === 1) {
      this.#parts.deadline.open();
      this.#limit = this.#parts.settings.capacity;
    }
    if (size > this.#limit) this.#overflow();
  }

  /** An event whose `coalesce` throws is kept by itself. */
  #merge(event: E): boolean {
    try {
      return this.#buffer.merge(event);
    } catch (error) {
      this.#troubles.push({ error, of: 'coalesce' });
      return false;
    }
  }

  /** An event whose `quietPeriod` throws, or is no time, waits for the interval. */
  #quiet(quietPeriod: (event: E) => number, event: E): number {
    const expected = 'a function that returns milliseconds of at least 0';
    try {
      const quiet = quietPeriod(event);
      if (typeof quiet === 'number' && quiet >= 0) return quiet;
      throw invalidOption('quietPeriod', expected, quiet, this.#parts.settings.name);
    } catch (error) {
      this.#troubles.push({ error, of: 'quietPeriod' });
      return Number.POSITIVE_INFINITY;
    }
  }

  /** All that is buffered, the event that was one too many included, becomes one reload for each source. */
  #overflow(): void {
    const { settings, deadline, counters, collapsed } = this.#parts;
    const buffer = this.#buffer;
    const { start, size: dropped } = buffer;
    const { reloads, lost } = collapse(
      buffer.clearByOrigin(),
      settings.collapse,
      Math.max(settings.capacity, MAX_PUSHED_SOURCES),
      settings.name,
    );
    for (const { event, origin } of reloads) buffer.add(event, origin);
    this.#limit = limitBehind(reloads.length, settings.capacity);
    for (const { events, error } of lost) this.#troubles.push({ error, of: 'collapse', batch: events });
    if (buffer.size === 0) deadline.close();
    collapsed(start);
    counters.overflows++;
    counters.dropped += dropped;
    counters.reloads += reloads.length;
    publishOverflow(settings.name, dropped, reloads.length);
  }
}

/** Sources of pushed events that are told apart at least, however small the capacity. */
const MAX_PUSHED_SOURCES = 1024;

/** So few reloads cost next to nothing to make anew at every event. */
const FEW_RELOADS = 16;

/**
 * How many events may wait behind an overflow. Reloads that fill half of the capacity, or all of it, would soon overflow
 * again, each time at the cost of them all: as many events as there are reloads may come before that.
 */
function limitBehind(reloads: number, capacity: number): number {
  return reloads > FEW_RELOADS ? Math.max(capacity, 2 * reloads) : capacity;
}
