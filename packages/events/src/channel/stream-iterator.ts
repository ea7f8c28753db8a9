import type { CloseReason } from '@watcher/core';
import type { HeldEvents } from './held-events.ts';

interface Waiting<E> {
  resolve(result: IteratorResult<E>): void;
  reject(error: unknown): void;
}

/** Iterates a channel: first what is held, then what comes, then its end, which throws once if it `failed`. */
export class StreamIterator<E> implements AsyncIterableIterator<E> {
  readonly #held: HeldEvents<E>;
  readonly #leave: () => Promise<void>;
  readonly #waiting: Waiting<E>[] = [];
  #end: CloseReason | undefined;
  #thrown = false;

  /** @param leave closes the stream; resolves when it has let go of everything */
  constructor(held: HeldEvents<E>, leave: () => Promise<void>) {
    this.#held = held;
    this.#leave = leave;
  }

  next(): Promise<IteratorResult<E>> {
    if (this.#held.size > 0) return Promise.resolve({ value: this.#held.take(), done: false });
    if (this.#end) return this.#finish(this.#end);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async return(): Promise<IteratorResult<E>> {
    this.#thrown = true;
    await this.#leave();
    return { value: undefined, done: true };
  }

  /** Hands an event straight to whoever waits for one; false when nobody does. */
  hand(event: E): boolean {
    if (this.#waiting.length === 0) return false;
    this.#waiting.shift()?.resolve({ value: event, done: false });
    return true;
  }

  end(reason: CloseReason): void {
    this.#end = reason;
    for (const { resolve, reject } of this.#waiting.splice(0)) this.#finish(reason).then(resolve, reject);
  }

  #finish({ reason, error }: CloseReason): Promise<IteratorResult<E>> {
    if (reason !== 'failed' || this.#thrown) return Promise.resolve({ value: undefined, done: true });
    this.#thrown = true;
    return Promise.reject(error);
  }
}
