import type { Coalesce, WatcherEvent, WatchStream } from '@watcher/core';

/** Where an event came from: the stream that brought it, or undefined for one that was pushed by hand. */
export type Origin<E extends WatcherEvent> = WatchStream<E> | undefined;

/** The most room that is made for a batch before it has come. */
const MOST_ROOM = 1024;

/** Events of one origin in a row, from place `from` to the next run. */
interface Run<E extends WatcherEvent> {
  readonly origin: Origin<E>;
  readonly from: number;
}

/**
 * The events that wait for a flush, in the order they came. Each has a place, a number that only grows:
 *
 * ```
 *               start = 7          end = 12
 *   #events  [ - - e7 e8 e9 e10 e11 . . . ]   taken slots in front are cut off now and then
 *                ^ #head            ^ #fill   room behind, as much as the last batch took
 *   #runs      a from 7, b from 10            whose events they are, without a word per event
 * ```
 */
export class Buffer<E extends WatcherEvent> {
  #events: E[] = [];
  /** How many at the front of `#events` have been taken. */
  #head = 0;
  /** Where in `#events` the next one goes. Not its length: an array that grows costs more than all the rest. */
  #fill = 0;
  /** How many events to make room for when the next batch begins. */
  #room = 0;
  #start = 0;
  #runs: Run<E>[] = [];
  /** The origin of the last run; null when there is none. */
  #lastOrigin: Origin<E> | null = null;
  readonly #coalesce: Coalesce<E> | undefined;
  /** The place of the event of each key. Places before `start` are stale. */
  readonly #places = new Map<string, number>();

  constructor(coalesce?: Coalesce<E>) {
    this.#coalesce = coalesce;
  }

  get size(): number {
    return this.#fill - this.#head;
  }

  /** The place of the oldest event. */
  get start(): number {
    return this.#start;
  }

  /** The place that the next event will have. */
  get end(): number {
    return this.#start + this.size;
  }

  /** Merges the event into a waiting one of its key and source, if there is one. */
  merge(event: E): boolean {
    const coalesce = this.#coalesce;
    const key = coalesce?.key(event);
    if (coalesce === undefined || key === undefined) return false;
    const scoped = `${event.source.length} ${event.source}${key}`;
    const place = this.#places.get(scoped);
    if (place === undefined || place < this.#start) {
      this.#places.set(scoped, this.end);
      return false;
    }
    const index = place - this.#start + this.#head;
    this.#events[index] = coalesce.merge(this.#events[index] as E, event);
    return true;
  }

  /** Adds an event and gives the size with it. */
  add(event: E, origin: Origin<E>): number {
    if (origin !== this.#lastOrigin) this.#beginRun(origin);
    this.#events[this.#fill++] = event;
    return this.#fill - this.#head;
  }

  /** Takes the oldest `count` events, or all there are. */
  take(count: number): E[] {
    if (count >= this.size) return this.clear();
    const batch = this.#events.slice(this.#head, this.#head + count);
    this.#head += count;
    this.#start += count;
    const passed = this.#runs.findIndex((_, i, runs) => (runs[i + 1]?.from ?? this.end) > this.#start);
    this.#runs.splice(0, passed);
    if (this.#head * 2 >= this.#fill) this.#cutTaken();
    if (this.#places.size > 2 * this.size) this.#forgetStale();
    return batch;
  }

  /** Takes them all. */
  clear(): E[] {
    this.#cutTaken();
    const events = this.#events;
    if (events.length > this.#fill) events.length = this.#fill;
    this.#start += this.#fill;
    this.#room = Math.min(this.#fill, MOST_ROOM);
    this.#fill = 0;
    this.#events = [];
    this.#runs = [];
    this.#lastOrigin = null;
    this.#places.clear();
    return events;
  }

  /** Takes them all, by origin, in the order in which the origins first appear. */
  clearByOrigin(): Map<Origin<E>, E[]> {
    const runs = this.#runs;
    const start = this.#start;
    const events = this.clear();
    const byOrigin = new Map<Origin<E>, E[]>();
    runs.forEach(({ origin, from }, i) => {
      const of = byOrigin.get(origin);
      const own = events.slice(
        Math.max(0, from - start),
        runs[i + 1] && (runs[i + 1] as Run<E>).from - start,
      );
      if (of) for (const event of own) of.push(event);
      else byOrigin.set(origin, own);
    });
    return byOrigin;
  }

  #beginRun(origin: Origin<E>): void {
    if (this.#fill === 0) this.#events = new Array(this.#room);
    this.#runs.push({ origin, from: this.end });
    this.#lastOrigin = origin;
  }

  #cutTaken(): void {
    if (this.#head === 0) return;
    this.#events = this.#events.slice(this.#head, this.#fill);
    this.#fill -= this.#head;
    this.#head = 0;
  }

  #forgetStale(): void {
    for (const [key, place] of this.#places) if (place < this.#start) this.#places.delete(key);
  }
}
