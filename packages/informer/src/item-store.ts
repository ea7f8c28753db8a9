import { type Change, changeOf } from './change.ts';

/** The items by key, and the one place that writes them. */
export class ItemStore<T> {
  readonly #items = new Map<string, T>();
  readonly #isSame: (before: T, after: T) => boolean;

  /** @param isSame whether two states of an item are no change */
  constructor(isSame: (before: T, after: T) => boolean) {
    this.#isSame = isSame;
  }

  get items(): ReadonlyMap<string, T> {
    return this.#items;
  }

  /** Whether the store has exactly this state of an item. */
  has(key: string, item: T | undefined): boolean {
    const known = this.#items.get(key);
    return known === undefined || item === undefined ? known === item : this.#isSame(known, item);
  }

  /** Takes the state of one item, undefined if it does not exist. Returns the change. */
  put(key: string, item: T | undefined): Change<T> | undefined {
    if (this.has(key, item)) return undefined;
    const change = changeOf(key, this.#items.get(key), item);
    if (item === undefined) this.#items.delete(key);
    else this.#items.set(key, item);
    return change;
  }
}
