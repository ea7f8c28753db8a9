import type { Coalesce } from '@watcher/core';

/**
 * A first-in, first-out list of the events that wait for their consumer.
 *
 * ```
 *   items   [ - , - , e2, e3, e4 ]
 *   head             ^ next out      taken slots are emptied at once and cut off now and then
 * ```
 */
export class HeldEvents<E> {
  #items: (E | undefined)[] = [];
  #head = 0;
  readonly #coalesce: Coalesce<E> | undefined;
  /** Where in `#items` the event of a key is held. */
  readonly #places = new Map<string, number>();

  constructor(coalesce?: Coalesce<E>) {
    this.#coalesce = coalesce;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Merges the event into a held one of its key, if there is one. */
  merge(event: E): boolean {
    const key = this.#coalesce?.key(event);
    const place = key === undefined ? undefined : this.#places.get(key);
    if (place === undefined) return false;
    this.#items[place] = this.#coalesce?.merge(this.#items[place] as E, event);
    return true;
  }

  add(event: E): void {
    const key = this.#coalesce?.key(event);
    if (key !== undefined) this.#places.set(key, this.#items.length);
    this.#items.push(event);
  }

  /** The oldest event, which must exist. */
  take(): E {
    const event = this.#items[this.#head] as E;
    this.#items[this.#head++] = undefined;
    const key = this.#coalesce?.key(event);
    if (key !== undefined && this.#places.get(key) === this.#head - 1) this.#places.delete(key);
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) this.#cutTaken();
    return event;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#places.clear();
  }

  /** Holds `event` in the place of all, and merges nothing into it. */
  replaceWith(event: E): void {
    this.clear();
    this.#items.push(event);
  }

  #cutTaken(): void {
    this.#items = this.#items.slice(this.#head);
    for (const [key, place] of this.#places) this.#places.set(key, place - this.#head);
    this.#head = 0;
  }
}
