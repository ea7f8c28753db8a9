import type { WatcherError } from '@watcher/core';

const KEPT = 64;

/**
 * The latest {@link KEPT} errors, and an iteration over them that goes on as they come. Any number may iterate;
 * one that falls behind misses the oldest, so that nothing here grows.
 */
export class ErrorLog implements AsyncIterable<WatcherError> {
  readonly #kept: WatcherError[] = [];
  /** How many came in all; the newest kept one is number `#count - 1`. */
  #count = 0;
  #ended = false;
  #waiting: (() => void)[] = [];

  add(error: WatcherError): void {
    if (this.#ended) return;
    this.#kept.push(error);
    if (this.#kept.length > KEPT) this.#kept.shift();
    this.#count++;
    this.#wakeAll();
  }

  end(): void {
    this.#ended = true;
    this.#wakeAll();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatcherError> {
    let next = 0;
    let left = false;
    const step = async (): Promise<IteratorResult<WatcherError>> => {
      for (;;) {
        if (left) return { value: undefined, done: true };
        next = Math.max(next, this.#count - this.#kept.length);
        if (next < this.#count) {
          const place = this.#kept.length - (this.#count - next++);
          return { value: this.#kept[place] as WatcherError, done: false };
        }
        if (this.#ended) return { value: undefined, done: true };
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    };
    return {
      next: step,
      return: async () => {
        left = true;
        this.#wakeAll(); // those of other iterations look, find nothing, and wait again
        return { value: undefined, done: true };
      },
    };
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
