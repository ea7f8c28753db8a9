import type { Clock, Timer, WatcherEvent } from '@watcher/core';
import { backoff, type RetryPolicy } from './backoff.ts';
import { flushIsWatched, publishFlush } from './diagnostics.ts';
import type { EventQueueOptions, FlushContext, FlushTrigger } from './options.ts';
import { isThenable, promiseFor } from './thenable.ts';

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
  #attempt: Attempt | undefined;
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
    this.#try(trigger, 1);
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
    if (this.#state === 'flushing') this.#attempt?.controller.abort(reason);
    if (this.#state !== 'backing-off') return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#settle('discarded');
  }

  #try(trigger: FlushTrigger, attempt: number): void {
    const { clock, onFlush } = this.#options;
    const startedAt = flushIsWatched() ? clock.monotonic() : undefined;
    const controller = new AbortController();
    const context = { signal: controller.signal, trigger, attempt };
    this.#attempt = { context, controller };
    this.#state = 'flushing';
    let result: void | PromiseLike<void>;
    try {
      result = onFlush(this.#batch, context);
      if (isThenable(result)) {
        promiseFor(result).then(
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
    const { attempt, signal } = this.#context;
    if (this.#patience === 'aborted' && isAbort(error, signal)) this.#settle('discarded');
    else if (this.#patience !== 'patient' || !retry || attempt >= retry.attempts)
      this.#settle('failed', error);
    else {
      this.#state = 'backing-off';
      this.#timer = clock.setTimeout(
        () => {
          this.#attemptAgain();
          this.#listener.changed();
        },
        backoff(attempt, retry),
      );
      this.#listener.retrying(error);
    }
  }

  #attemptAgain(): void {
    const { trigger, attempt } = this.#context;
    this.#try(trigger, attempt + 1);
  }

  /** Of the attempt that runs, or ran last. */
  get #context(): FlushContext {
    return (this.#attempt as Attempt).context;
  }

  /** Still not `ready` while the listener is told, so that what it does waits its turn. */
  #settle(outcome: Outcome, error?: unknown): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#attempt = undefined;
    this.#listener.settled(batch, outcome, error);
    this.#state = 'ready';
  }

  #publish(startedAt: number, error?: unknown): void {
    const { trigger, attempt } = this.#context;
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

/** One attempt, as `onFlush` sees it, and what fires its signal. */
interface Attempt {
  readonly context: FlushContext;
  readonly controller: AbortController;
}

/** Whether a flush failed because it was told to stop, and for no reason of its own. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason) return true;
  try {
    return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
  } catch {
    return false;
  }
}
