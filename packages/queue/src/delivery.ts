import type { Clock, Timer, WatcherEvent } from '@watcher/core';
import { backoff, type RetryPolicy } from './backoff.ts';
import { flushIsWatched, publishFlush } from './diagnostics.ts';
import type { EventQueueOptions, FlushContext, FlushTrigger } from './options.ts';
import { isThenable } from './thenable.ts';

export interface DeliveryOptions<E extends WatcherEvent> {
  readonly name: string;
  readonly clock: Clock;
  readonly onFlush: EventQueueOptions<E>['onFlush'];
  readonly retry: RetryPolicy | undefined;
}

export interface DeliveryListener<E extends WatcherEvent> {
  /** An attempt failed, and another will follow. */
  retrying(error: unknown): void;
  /** A batch is over and done with; `failed` says why. */
  settled(batch: readonly E[], outcome: Outcome, error?: unknown): void;
  /** The state has changed by itself, and not within a call of `deliver`, `hurry` or `abort`. */
  changed(): void;
}

/** How a batch ended: taken by `onFlush`, given up, or dropped because the queue was aborted. */
export type Outcome = 'flushed' | 'failed' | 'discarded';

/**
 * Brings one batch at a time to `onFlush`.
 *
 * ```
 *   ready --deliver--> flushing --success or final failure--> ready
 *                      flushing --failure--> backing-off --delay--> flushing
 * ```
 */
export class Delivery<E extends WatcherEvent> {
  readonly #options: DeliveryOptions<E>;
  readonly #listener: DeliveryListener<E>;
  #state: 'ready' | 'flushing' | 'backing-off' = 'ready';
  #batch: readonly E[] = [];
  #flush: Flush | undefined;
  #timer: Timer | undefined;
  /** How a failure is met: with another attempt where `retry` allows it, or with none. */
  #patience: 'patient' | 'hurried' | 'aborted' = 'patient';

  constructor(options: DeliveryOptions<E>, listener: DeliveryListener<E>) {
    this.#options = options;
    this.#listener = listener;
  }

  get state(): 'ready' | 'flushing' | 'backing-off' {
    return this.#state;
  }

  /** How many events are under way. */
  get size(): number {
    return this.#batch.length;
  }

  /** Begins with a batch, in state `ready`; a synchronous `onFlush` is done when this returns. */
  deliver(batch: readonly E[], trigger: FlushTrigger): void {
    this.#batch = batch;
    this.#attempt(trigger, 1);
  }

  /** From here on a failure is final. A batch that waits for its next attempt gets it now. */
  hurry(): void {
    this.#patience = 'hurried';
    if (this.#state !== 'backing-off') return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#attemptAgain();
  }

  /** Fires the signal of a running flush; drops a batch that waits for its next attempt. */
  abort(reason: unknown): void {
    this.#patience = 'aborted';
    if (this.#flush && this.#state === 'flushing') Flush.abort(this.#flush, reason);
    if (this.#state !== 'backing-off') return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#settle('discarded');
  }

  #attempt(trigger: FlushTrigger, attempt: number): void {
    const { clock, onFlush } = this.#options;
    const startedAt = flushIsWatched() ? clock.monotonic() : undefined;
    const flush = new Flush(trigger, attempt);
    this.#flush = flush;
    this.#state = 'flushing';
    let result: void | PromiseLike<void>;
    try {
      result = onFlush(this.#batch, flush);
      if (isThenable(result)) {
        // Made ours, so that a thenable of any kind settles once, and later.
        Promise.resolve(result).then(
          () => {
            this.#succeeded(startedAt);
            this.#listener.changed();
          },
          (error) => {
            this.#failed(error, startedAt);
            this.#listener.changed();
          },
        );
        return;
      }
    } catch (error) {
      this.#failed(error, startedAt);
      return;
    }
    this.#succeeded(startedAt);
  }

  #succeeded(startedAt: number | undefined): void {
    if (startedAt !== undefined) this.#publish(startedAt);
    this.#settle('flushed');
  }

  #failed(error: unknown, startedAt: number | undefined): void {
    if (startedAt !== undefined) this.#publish(startedAt, error);
    const { clock, retry } = this.#options;
    const flush = this.#flush as Flush;
    if (this.#patience === 'aborted' && isAbort(error, flush.signal)) this.#settle('discarded');
    else if (this.#patience !== 'patient' || !retry || flush.attempt >= retry.attempts)
      this.#settle('failed', error);
    else {
      this.#state = 'backing-off';
      this.#timer = clock.setTimeout(
        () => {
          this.#attemptAgain();
          this.#listener.changed();
        },
        backoff(flush.attempt, retry),
      );
      this.#listener.retrying(error);
    }
  }

  #attemptAgain(): void {
    const { trigger, attempt } = this.#flush as Flush;
    this.#attempt(trigger, attempt + 1);
  }

  /** Still not `ready` while the listener is told, so that what it does waits its turn. */
  #settle(outcome: Outcome, error?: unknown): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#flush = undefined;
    this.#listener.settled(batch, outcome, error);
    this.#state = 'ready';
  }

  #publish(startedAt: number, error?: unknown): void {
    const { trigger, attempt } = this.#flush as Flush;
    publishFlush({
      queue: this.#options.name,
      trigger,
      attempt,
      size: this.#batch.length,
      duration: this.#options.clock.monotonic() - startedAt,
      ...(error === undefined ? {} : { error }),
    });
  }
}

/** One attempt, as `onFlush` sees it. Its signal is made when it is asked for: most never look. */
class Flush implements FlushContext {
  readonly trigger: FlushTrigger;
  readonly attempt: number;
  #controller: AbortController | undefined;

  constructor(trigger: FlushTrigger, attempt: number) {
    this.trigger = trigger;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  static abort(flush: Flush, reason: unknown): void {
    flush.#controller ??= new AbortController();
    flush.#controller.abort(reason);
  }
}

/** Whether a flush failed because it was told to stop, and for no reason of its own. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}
