import { type Change, changeOf } from './change.ts';

/**
 * The changes that one reader has not taken yet, at most one a key: from the state that the reader knows to the latest.
 * So the changes of a reader that never reads are bounded by the items it knows and the items there are.
 */
export class ChangeIterator<T> implements AsyncIterableIterator<Change<T>> {
  readonly #changes = new Map<string, Change<T>>();
  readonly #isSame: (before: T, after: T) => boolean;
  readonly #leave: () => void;
  readonly #readers: PromiseWithResolvers<IteratorResult<Change<T>>>[] = [];
  #ended = false;
  #error: unknown;

  /** @param leave called once, when the reader leaves */
  constructor(isSame: (before: T, after: T) => boolean, leave: () => void) {
    this.#isSame = isSame;
    this.#leave = leave;
  }

  add(change: Change<T>): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve({ value: change, done: false });
      return;
    }
    const { key, after } = change;
    const waiting = this.#changes.get(key);
    const merged = waiting ? changeOf(key, waiting.before, after) : change;
    // A key that is back where the reader knows it has not changed.
    if (!merged || (merged.kind === 'updated' && waiting && this.#isSame(merged.before, merged.after)))
      this.#changes.delete(key);
    else this.#changes.set(key, merged);
  }

  /** Ends it: `error` is thrown once, after the changes that wait. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    if (error === undefined) this.#changes.clear();
    for (const reader of this.#readers.splice(0)) this.#finish().then(reader.resolve, reader.reject);
  }

  next(): Promise<IteratorResult<Change<T>>> {
    for (const [key, change] of this.#changes) {
      this.#changes.delete(key);
      return Promise.resolve({ value: change, done: false });
    }
    if (this.#ended) return this.#finish();
    const reader = Promise.withResolvers<IteratorResult<Change<T>>>();
    this.#readers.push(reader);
    return reader.promise;
  }

  async return(): Promise<IteratorResult<Change<T>>> {
    this.#leave();
    this.end();
    this.#changes.clear();
    this.#error = undefined;
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): Promise<IteratorResult<Change<T>>> {
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(error);
  }
}
