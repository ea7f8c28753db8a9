import type { Clock, Timer } from '@watcher/core';

/** A call to a file system that may not answer. */
export interface CallRequest<T> {
  readonly makeCall: () => Promise<T>;
  /** Takes what the call brings after its caller was answered otherwise. */
  readonly discard?: (late: T) => void;
  /** Whether the call is made in any case, at the latest when the file system answers again. */
  readonly isMandatory?: boolean;
  readonly clock: Clock;
  /** Milliseconds from its start that the call may take. */
  readonly timeout: number;
  /** Creates the error of a call that takes longer, or that is not made since others do. */
  readonly timeoutError: () => Error;
}

/**
 * Admits calls to file systems that may not answer. Each holds a thread of the process until it returns, and threads
 * are few: so a call waits for a slot first.
 *
 * A lane is one file system. It has one slot while other lanes have calls, and two while it is alone. A lane with a call
 * that missed its deadline stands still until that call returns: further calls fail immediately. So do all, while every
 * slot is held by such a call.
 */
export class Lanes {
  readonly #capacity: number;
  readonly #lanes = new Map<string, Lane>();
  #running = 0;
  #stalled = 0;

  /** @param capacity calls that may run at once in all lanes */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Calls that hold a thread. */
  get running(): number {
    return this.#running;
  }

  run<T>(key: string, request: CallRequest<T>): Call<T> {
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { running: 0, stalled: 0, queue: new Set() };
      this.#lanes.set(key, lane);
    }
    const call = new Call(request);
    lane.queue.add(call);
    call.onStateChange = (before, now) => this.#count(key, lane, call, before, now);
    this.#admit();
    return call;
  }

  /** One from each lane in turn, as long as any can be started. */
  #admit(): void {
    for (let admitted = true; admitted; ) {
      admitted = false;
      for (const lane of [...this.#lanes.values()]) {
        if (lane.stalled > 0 || this.#stalled >= this.#capacity) {
          for (const call of lane.queue) call.refuse();
        } else if (this.#running < this.#capacity && lane.running < this.#slotsPerLane) {
          const [call] = lane.queue;
          call?.start();
          admitted ||= call !== undefined;
        }
      }
    }
  }

  get #slotsPerLane(): number {
    return this.#lanes.size > 1 ? 1 : Math.max(1, this.#capacity - 1);
  }

  #count<T>(key: string, lane: Lane, call: Call<T>, before: CallState, now: CallState): void {
    if (before === 'queued') lane.queue.delete(call);
    const running = Number(holdsThread(now)) - Number(holdsThread(before));
    const stalled = Number(now === 'stalled') - Number(before === 'stalled');
    this.#running += running;
    this.#stalled += stalled;
    lane.running += running;
    lane.stalled += stalled;
    if (lane.running === 0 && lane.queue.size === 0) this.#lanes.delete(key);
    // Not for a call that was refused: that happens within an admission.
    if (before !== 'queued') this.#admit();
  }
}

interface Lane {
  running: number;
  stalled: number;
  // biome-ignore lint/suspicious/noExplicitAny: results of any type wait in one queue
  readonly queue: Set<Call<any>>;
}

type CallState = 'queued' | 'running' | 'stalled' | 'over';

function holdsThread(state: CallState): boolean {
  return state === 'running' || state === 'stalled';
}

/** One call. Its caller is answered once: by the system, by the deadline, or because it gives up. */
export class Call<T> {
  readonly answer: Promise<T>;
  onStateChange: (before: CallState, now: CallState) => void = () => {};
  readonly #request: CallRequest<T>;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;
  #state: CallState = 'queued';
  #isAnswered = false;
  #timer: Timer;
  #abandoned: NodeJS.Timeout | undefined;

  constructor(request: CallRequest<T>) {
    this.#request = request;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { makeCall, discard, clock, timeout } = this.#request;
    this.#enter('running');
    if (this.#isAnswered) this.#watchAbandoned();
    else this.#timer = clock.setTimeout(() => this.#stall(), timeout);
    makeCall().then(
      (result) => this.#return(this.#resolve, result, discard),
      (error) => this.#return(this.#reject, error),
    );
  }

  /** Answers a call that was not started with the error of one that takes too long. */
  refuse(): void {
    this.#fail(this.#request.timeoutError());
  }

  /** Answers the caller, who does not wait any longer, with `reason`. */
  giveUp(reason: unknown): void {
    this.#fail(reason);
    if (this.#state === 'running') this.#watchAbandoned();
  }

  /** Others have to learn of a file system that stands still, though the caller and its clock are gone. */
  #watchAbandoned(): void {
    this.#abandoned = setTimeout(() => this.#stall(), this.#request.timeout).unref();
  }

  #stall(): void {
    this.#fail(this.#request.timeoutError());
    this.#enter('stalled');
  }

  #fail(error: unknown): void {
    if (this.#isAnswered) return;
    this.#answered();
    this.#reject(error);
    if (this.#state === 'queued' && !this.#request.isMandatory) this.#enter('over');
  }

  #return<R>(answer: (result: R) => void, result: R, discard?: (late: R) => void): void {
    clearTimeout(this.#abandoned);
    const isLate = this.#isAnswered;
    this.#answered();
    this.#enter('over');
    if (isLate) discard?.(result);
    else answer(result);
  }

  #answered(): void {
    this.#isAnswered = true;
    if (this.#state === 'running') this.#request.clock.clearTimeout(this.#timer);
  }

  #enter(state: CallState): void {
    const before = this.#state;
    this.#state = state;
    this.onStateChange(before, state);
  }
}
