/** Milliseconds that flushes may follow one another in one turn of the event loop. */
const MAX_DURATION_MS = 100;

/**
 * A turn of the event loop. Flushes that follow one another without end, since `onFlush` pushes, would keep timers, I/O
 * and aborts waiting: after {@link MAX_DURATION_MS} the next flush waits for the next turn.
 */
export class Turn {
  readonly #onNext: () => void;
  /** When the first of the flushes that follow one another began, by the clock of the process. */
  #began: number | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #isAwaited = false;

  /** @param onNext called in the next turn, where a flush waits for it */
  constructor(onNext: () => void) {
    this.#onNext = onNext;
  }

  /** Returns whether one more flush may follow in this turn. */
  hasTime(): boolean {
    if (this.#began === undefined) {
      this.#began = performance.now();
      this.#schedule().unref();
      return true;
    }
    return performance.now() - this.#began < MAX_DURATION_MS;
  }

  /** Calls `onNext` in the next turn. */
  wait(): void {
    this.#isAwaited = true;
    this.#schedule().ref();
  }

  close(): void {
    clearImmediate(this.#immediate);
    this.#end();
  }

  #schedule(): NodeJS.Immediate {
    this.#immediate ??= setImmediate(() => {
      const isAwaited = this.#isAwaited;
      this.#end();
      if (isAwaited) this.#onNext();
    });
    return this.#immediate;
  }

  #end(): void {
    this.#immediate = undefined;
    this.#began = undefined;
    this.#isAwaited = false;
  }
}
