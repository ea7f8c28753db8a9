import type { Change } from './change.ts';

/** `syncing` until the first list is applied; `stale` while the store may be behind for longer than a moment. */
export type InformerState = 'syncing' | 'current' | 'stale' | 'closed';

/** Callbacks of one subscriber. An error that one throws, or rejects with, is reported and stops no subscriber. */
export interface InformerSubscriber<T> {
  added?(item: T, key: string): void;
  updated?(before: T, after: T, key: string): void;
  removed?(item: T, key: string): void;
  /** Called on each change of the informer's state. */
  state?(state: InformerState): void;
}

/** Delivers each change to every subscriber, synchronously and in order. */
export class ChangeFeed<T> {
  readonly #subscribers = new Set<InformerSubscriber<T>>();
  readonly #failed: (error: unknown) => void;

  /** @param failed receives an error that a subscriber threw */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Delivers `items` as added, then every change that follows. */
  subscribe(given: InformerSubscriber<T>, items: ReadonlyMap<string, T>): Disposable {
    // A copy, so that one object can subscribe twice.
    const subscriber: InformerSubscriber<T> = {
      added: (item, key) => given.added?.(item, key),
      updated: (before, after, key) => given.updated?.(before, after, key),
      removed: (item, key) => given.removed?.(item, key),
      state: (state) => given.state?.(state),
    };
    const known = [...items];
    this.#subscribers.add(subscriber);
    // Changes that a callback causes come after these.
    for (const [key, item] of known) {
      if (!this.#subscribers.has(subscriber)) break;
      this.#call(() => subscriber.added?.(item, key));
    }
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  publish(change: Change<T>): void {
    const { key, kind, before, after } = change;
    this.#each((subscriber) => {
      if (kind === 'added') return subscriber.added?.(after, key);
      if (kind === 'removed') return subscriber.removed?.(before, key);
      return subscriber.updated?.(before, after, key);
    });
  }

  publishState(state: InformerState): void {
    this.#each((subscriber) => subscriber.state?.(state));
  }

  clear(): void {
    this.#subscribers.clear();
  }

  #each(call: (subscriber: InformerSubscriber<T>) => unknown): void {
    // A subscriber that joins meanwhile has the change among its items already.
    for (const subscriber of [...this.#subscribers])
      if (this.#subscribers.has(subscriber)) this.#call(() => call(subscriber));
  }

  #call(call: () => unknown): void {
    try {
      const result: unknown = call();
      if (result instanceof Promise) result.catch(this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }
}
