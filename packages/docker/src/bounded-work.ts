import { type Clock, systemClock } from '@watcher/core';
import { until } from './concurrency.ts';

export interface BoundedWorkOptions {
  /** Pieces that run at the same time, and so the threads that they occupy. */
  readonly limit: number;
  readonly clock?: Clock;
}

/**
 * Runs work that occupies one of libuv's threads and cannot be cancelled once it runs, such as `getaddrinfo`, or a
 * read from a file system that may never answer. libuv has four threads for the whole process, by default.
 *
 * - One piece per key at a time: a later call joins the piece that is queued or running.
 * - At most `limit` pieces run. Of those that wait, the one whose key ran longest ago runs next.
 * - An abort ends the wait of its call immediately. A queued piece that no call waits for is dropped.
 * - A value that comes after its last call has given up is kept for the next call. Otherwise work that takes longer
 *   than its callers wait would never succeed.
 */
export class BoundedWork<T> {
  readonly #limit: number;
  readonly #clock: Clock;
  /** Queued or running, by key. Bound: one per call that waits, and `limit` more. */
  readonly #pieces = new Map<string, Piece<T>>();
  /** Values that came too late, by key. Bound: {@link MAX_KEYS}. */
  readonly #late = new Map<string, { readonly value: T; readonly at: number }>();
  /** Keys in the order in which they last ran. Bound: {@link MAX_KEYS}. */
  readonly #ran = new Set<string>();
  #running = 0;

  constructor({ limit, clock = systemClock }: BoundedWorkOptions) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Resolves or rejects as `work` does, or rejects with the signal's reason when `signal` is aborted. */
  async run(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const late = this.#late.get(key);
    if (late) {
      this.#late.delete(key);
      if (this.#clock.monotonic() - late.at <= KEEP_MS) return late.value;
    }
    const piece = this.#pieces.get(key) ?? this.#enqueue(key, work);
    piece.waiting++;
    try {
      return await until(piece.promise, signal);
    } finally {
      piece.waiting--;
      if (piece.waiting === 0 && !piece.runs) this.#pieces.delete(key);
    }
  }

  #enqueue(key: string, work: () => Promise<T>): Piece<T> {
    const piece = { ...Promise.withResolvers<T>(), work, waiting: 0, runs: false };
    this.#pieces.set(key, piece);
    this.#startNext();
    return piece;
  }

  #startNext(): void {
    if (this.#running >= this.#limit) return;
    const queued = [...this.#pieces].filter(([, { runs }]) => !runs);
    const order = [...this.#ran]; // -1 for a key that never ran
    const [next] = queued.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
    if (next) void this.#start(...next);
  }

  async #start(key: string, piece: Piece<T>): Promise<void> {
    this.#running++;
    piece.runs = true;
    this.#ran.delete(key);
    this.#ran.add(key);
    keepNewest(this.#ran);
    try {
      const value = await piece.work();
      if (piece.waiting === 0) {
        this.#late.set(key, { value, at: this.#clock.monotonic() });
        keepNewest(this.#late);
      }
      piece.resolve(value);
    } catch (error) {
      piece.reject(error);
    } finally {
      this.#running--;
      this.#pieces.delete(key);
      this.#startNext();
    }
  }
}

interface Piece<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly work: () => Promise<T>;
  /** Calls that wait for it. */
  waiting: number;
  runs: boolean;
}

/** How long a value is kept that came too late. */
const KEEP_MS = 60_000;

const MAX_KEYS = 256;

/** Drops the oldest entry of a collection that is ordered by age, where it has one too many. */
function keepNewest(entries: Map<string, unknown> | Set<string>): void {
  if (entries.size <= MAX_KEYS) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
