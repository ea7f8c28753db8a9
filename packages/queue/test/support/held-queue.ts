import type { WatcherEvent } from '@watcher/core';
import { ManualClock } from '@watcher/testing/clock';
import { EventQueue, type EventQueueOptions, type FlushContext } from '../../src/index.ts';
import { names } from './event.ts';

/** One call of `onFlush`, which ends when the test says so. */
export interface HeldFlush extends FlushContext {
  readonly batch: readonly WatcherEvent[];
  readonly names: readonly string[];
  /** When it began, in milliseconds since the queue was made. */
  readonly at: number;
  succeed(): void;
  fail(error?: unknown): void;
}

export interface HeldQueue {
  readonly clock: ManualClock;
  readonly queue: EventQueue;
  /** Every call of `onFlush`, in order. */
  readonly flushes: HeldFlush[];
  /** The names in each batch. */
  batches(): (readonly string[])[];
  /** Every call of `onError`. */
  readonly errors: { readonly error: Error; readonly batch: readonly string[] | undefined }[];
  /** How many `onFlush` run right now, and how many ever did at once. */
  readonly running: { now: number; most: number };
}

type Overrides = Partial<EventQueueOptions> & { readonly hold?: boolean };

/** A queue on a held clock; with `hold`, every flush lasts until the test ends it. */
export function heldQueue({ hold = false, ...options }: Overrides = {}): HeldQueue {
  const clock = new ManualClock();
  const began = clock.monotonic();
  const flushes: HeldFlush[] = [];
  const errors: HeldQueue['errors'] = [];
  const running = { now: 0, most: 0 };
  const queue = new EventQueue<WatcherEvent>({
    clock,
    onFlush: (batch, context) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      running.now++;
      running.most = Math.max(running.most, running.now);
      const end = (settle: () => void) => () => {
        running.now--;
        settle();
      };
      const fail = (error: unknown = new Error('flush failed')) => end(() => reject(error))();
      const { signal, trigger, attempt } = context;
      const at = clock.monotonic() - began;
      flushes.push({ signal, trigger, attempt, batch, names: names(batch), at, succeed: end(resolve), fail });
      if (hold) return promise;
      running.now--;
      return undefined;
    },
    onError: (error, batch) => void errors.push({ error, batch: batch && names(batch) }),
    ...options,
  });
  return { clock, queue, flushes, errors, running, batches: () => flushes.map((flush) => flush.names) };
}
