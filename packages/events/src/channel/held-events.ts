import type { Coalesce } from '@watcher/core';

/** How events that wait in a stream become one. */
export interface StreamCoalesce<E> extends Coalesce<E> {
  /**
   * Whether the event that stands for both has to come behind all that came before `next`; otherwise it takes the place
   * of the older. Default: never.
   */
  goesLast?(next: E): boolean;
}

/** Slots of a ring that holds little, and the most that an empty one keeps. Powers of two. */
const LEAST_SLOTS = 16;
const MOST_IDLE_SLOTS = 1024;

/**
 * The events that wait for their consumer, first in, first out. Each has a place, a number that only grows; a
 * ring that doubles when it is full has it in slot `place mod slots`.
 *
 * ```
 *   #oldest = 13, #next = 18
 *   #slots  [ e16 e17 - - - e13 e14 e15 ]
 * ```
 */
export class HeldEvents<E> {
  #slots: (E | undefined)[] = new Array(LEAST_SLOTS);
  #oldest = 0;
  #next = 0;
  readonly #coalesce: StreamCoalesce<E> | undefined;
  /** The place of the event of each key. Places before the oldest are stale. */
  readonly #places = new Map<string, number>();

  constructor(coalesce?: StreamCoalesce<E>) {
    this.#coalesce = coalesce;
  }

  get size(): number {
    return this.#next - this.#oldest;
  }

  /** Merges the event into a held one of its key, if there is one. */
  merge(event: E): boolean {
    const coalesce = this.#coalesce;
    if (coalesce === undefined) return false;
    const key = coalesce.key(event);
    const place = key === undefined ? undefined : this.#places.get(key);
    if (place === undefined || place < this.#oldest) return false;
    const slot = this.#slotOf(place);
    const merged = coalesce.merge(this.#slots[slot] as E, event);
    if (!coalesce.goesLast?.(event)) {
      this.#slots[slot] = merged;
      return true;
    }
    const mergedKey = coalesce.key(merged); // the last call that may throw: nothing has changed so far
    this.#remove(place);
    this.#addUnder(mergedKey, merged);
    return true;
  }

  add(event: E): void {
    this.#addUnder(this.#coalesce?.key(event), event);
  }

  #addUnder(key: string | undefined, event: E): void {
    if (key !== undefined) this.#places.set(key, this.#next);
    this.append(event);
  }

  /** Takes the oldest event; where `size` is 0 there is none. */
  take(): E {
    const place = this.#oldest;
    const slot = this.#slotOf(place);
    const event = this.#slots[slot] as E;
    this.#slots[slot] = undefined;
    this.#oldest++;
    if (this.#places.size > 2 * this.size) this.#forgetStale();
    if (this.#oldest === this.#next && this.#slots.length > MOST_IDLE_SLOTS) this.clear();
    return event;
  }

  clear(): void {
    this.#slots = new Array(LEAST_SLOTS);
    this.#oldest = this.#next;
    this.#places.clear();
  }

  /** Holds `event` in the place of all, and merges nothing into it. */
  replaceWith(event: E): void {
    this.clear();
    this.append(event);
  }

  /** Adds an event that nothing is merged into. */
  append(event: E): void {
    if (this.size === this.#slots.length) this.#double();
    this.#slots[this.#slotOf(this.#next)] = event;
    this.#next++;
  }

  /** Those before it close up. */
  #remove(place: number): void {
    for (let at = place; at > this.#oldest; at--) {
      this.#slots[this.#slotOf(at)] = this.#slots[this.#slotOf(at - 1)];
    }
    this.#slots[this.#slotOf(this.#oldest)] = undefined;
    for (const [key, at] of this.#places) {
      if (at >= this.#oldest && at < place) this.#places.set(key, at + 1);
    }
    this.#oldest++;
  }

  #slotOf(place: number): number {
    return place & (this.#slots.length - 1);
  }

  #double(): void {
    const slots: (E | undefined)[] = new Array(this.#slots.length * 2);
    for (let place = this.#oldest; place < this.#next; place++)
      slots[place & (slots.length - 1)] = this.#slots[this.#slotOf(place)];
    this.#slots = slots;
  }

  #forgetStale(): void {
    for (const [key, place] of this.#places) if (place < this.#oldest) this.#places.delete(key);
  }
}
