import assert from 'node:assert/strict';
import { delay, systemClock, type WatcherEvent, type WatchOptions, type WatchStream } from '@watcher/core';
import { isForceReload } from '@watcher/events';
import type { ContractSubject, ExpectedEvent } from './harness.ts';

const POLL = 5;
/** More than there are ForceReloads of one disturbance. */
const CHANGES_AFTER_DISTURBANCE = 10;

/** One case under way: a watcher, the streams that the case opened, and waits that end. */
export class Trial<E extends WatcherEvent> implements AsyncDisposable {
  readonly subject: ContractSubject<E>;
  readonly #timeout: number;
  readonly #streams: WatchStream<E>[] = [];
  #actor = 0;

  constructor(subject: ContractSubject<E>, timeout: number) {
    this.subject = subject;
    this.#timeout = timeout;
  }

  /** Opens a stream, which is closed at the end whatever happens. */
  open(options?: WatchOptions): WatchStream<E> {
    const stream = this.subject.watcher.events(options);
    this.#streams.push(stream);
    return stream;
  }

  /** Opens a stream and waits until it is ready. */
  async ready(options?: WatchOptions): Promise<WatchStream<E>> {
    const stream = this.open(options);
    await this.within(stream.ready, '`ready` to resolve');
    return stream;
  }

  /** Causes a change of an actor that had none so far. */
  change(): Promise<ExpectedEvent> {
    return this.subject.change(++this.#actor);
  }

  /** Causes a change and waits until the stream holds or has delivered an event of it. */
  async changeReceived(stream: WatchStream<E>): Promise<ExpectedEvent> {
    const before = stream.stats.received;
    const expected = await this.change();
    await this.until(() => stream.stats.received > before, 'the stream to receive the event of a change');
    return expected;
  }

  /** Takes events until the expected one comes, and gives that. Adds them all to `taken`. */
  async take(events: AsyncIterator<E>, expected: ExpectedEvent, taken: WatcherEvent[] = []): Promise<E> {
    for (;;) {
      const event = await this.#next(events, expected);
      taken.push(event);
      if (isExpected(event, expected)) return event;
    }
  }

  /**
   * Causes changes until an event of one is taken. Of each there has to come that, or a ForceReload: while a watcher
   * recovers from a disturbance it may tell its consumer to list, in place of what has happened until then. Adds all
   * that it takes to `taken`, and gives the change.
   */
  async changeUntilTaken(events: AsyncIterator<E>, taken: WatcherEvent[] = []): Promise<ExpectedEvent> {
    for (let change = 0; change < CHANGES_AFTER_DISTURBANCE; change++) {
      const expected = await this.change();
      for (;;) {
        const event = await this.#next(events, expected);
        taken.push(event);
        if (isForceReload(event)) break;
        if (isExpected(event, expected)) return expected;
      }
    }
    assert.fail(
      `Of ${CHANGES_AFTER_DISTURBANCE} changes after a disturbance came nothing but a ForceReload each.`,
    );
  }

  async #next(events: AsyncIterator<E>, { actorName, action }: ExpectedEvent): Promise<E> {
    const waited = `the event of ${actorName} (action ${action})`;
    const { value, done } = await this.within(events.next(), waited);
    assert.ok(!done, `The stream ended before ${waited} came.`);
    return value;
  }

  /** Waits for `promise`, and fails with what was waited for when it does not settle in time. */
  async within<T>(promise: PromiseLike<T>, waitedFor: string): Promise<T> {
    const settled = new AbortController();
    const timeout = delay(systemClock, this.#timeout, settled.signal).then((passed) => {
      if (passed) throw new Error(`Waited ${this.#timeout} ms for ${waitedFor}.`);
    });
    try {
      return await Promise.race([promise, timeout as Promise<never>]);
    } finally {
      settled.abort();
    }
  }

  /** Waits for a condition, and fails with what was waited for when it does not come to hold in time. */
  async until(condition: () => boolean, waitedFor: string | (() => string)): Promise<void> {
    const { signal } = new AbortController();
    const end = systemClock.monotonic() + this.#timeout;
    while (!condition()) {
      const what = typeof waitedFor === 'string' ? waitedFor : waitedFor();
      assert.ok(systemClock.monotonic() < end, `Waited ${this.#timeout} ms for ${what}.`);
      await delay(systemClock, POLL, signal);
    }
  }

  /** Whether it has settled, and no more than its listeners wait for their turn. */
  async isSettled(promise: PromiseLike<unknown>): Promise<boolean> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.turns(1);
    return settled;
  }

  /** Lets everything run that waits for nothing but its turn. */
  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#streams.map((stream) => this.within(stream.close(), 'a stream to close')));
    await this.subject[Symbol.asyncDispose]();
  }
}

/** Whether an event is the one that was expected. */
export function isExpected(event: WatcherEvent, { action, actorName, actorId }: ExpectedEvent): boolean {
  return (
    event.action === action &&
    event.actorName === actorName &&
    (actorId === undefined || event.actorId === actorId)
  );
}
