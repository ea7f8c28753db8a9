import type { Clock, Timer } from '@watcher/core';

/** What one run of unreadable lines amounts to. */
export interface UnreadableRunSink {
  /** The first line of a run, which may have been an event. */
  report(): void;
  /** Events may have been lost. */
  gap(): void;
}

/**
 * Makes one error and one gap of a run of unreadable lines, however many these are. A run ends with a line that can be
 * read. Lines that follow the first may be lost events too, and the consumer may have listed before they came: so a run
 * that goes on costs one more gap a second after its last line, or once in {@link LONGEST} while it lasts.
 */
export class UnreadableRun implements Disposable {
  readonly #clock: Clock;
  readonly #sink: UnreadableRunSink;
  #isRunning = false;
  #timer: Timer | undefined;
  /** When the line came that no gap has reported yet, and the last of these, by the clock's `monotonic`. */
  #first = 0;
  #last = 0;

  constructor(clock: Clock, sink: UnreadableRunSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  /** A line could not be read. */
  add(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#sink.report();
      this.#sink.gap();
      return;
    }
    this.#last = this.#clock.monotonic();
    if (this.#timer !== undefined) return;
    this.#first = this.#last;
    this.#wait(QUIET);
  }

  /** A line could be read. */
  end(): void {
    this.#isRunning = false;
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sink.gap(); // nobody will be there to report it
  }

  #wait(milliseconds: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      const now = this.#clock.monotonic();
      const left = Math.min(this.#last + QUIET, this.#first + LONGEST) - now;
      if (left > 0) {
        this.#wait(left);
        return;
      }
      this.#timer = undefined;
      this.#sink.gap();
    }, milliseconds);
  }
}

/** Milliseconds without an unreadable line after which a run counts as over. */
const QUIET = 1000;

/** Milliseconds after which an unreadable line is reported though others follow. */
const LONGEST = 10_000;
