import type { CloseReason } from '@watcher/core';

export interface StreamIteratorSource<E> {
  /** The next held event, or undefined when none is held. */
  take(): E | undefined;
  /** Closes the stream; resolves when it has let go of everything. */
  leave(): Promise<void>;
}

interface Waiting<E> {
  resolve(result: IteratorResult<E>): void;
  reject(error: unknown): void;
}

/** Iterates a channel: first what is held, then what comes, then its end, which throws once if it `failed`. */
export class StreamIterator<E> implements AsyncIterableIterator<E> {
  readonly #source: StreamIteratorSource<E>;
  readonly #waiting: Waiting<E>[] = [];
  #end: CloseReason | undefined;
  #thrown = false;

  constructor(source: StreamIteratorSource<E>) {
    this.#source = source;
  }

  next(): Promise<IteratorResult<E>> {
    const event = this.#source.take();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#end) return this.#finish(this.#end);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async return(): Promise<IteratorResult<E>> {
    this.#thrown = true;
    await this.#source.leave();
    return { value: undefined, done: true };
  }

  /** Hands an event straight to whoever waits for one; false when nobody does. */
  hand(event: E): boolean {
    const waiting = this.#waiting.shift();
    waiting?.resolve({ value: event, done: false });
    return waiting !== undefined;
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
