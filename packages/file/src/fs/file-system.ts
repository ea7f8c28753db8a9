import { type Clock, systemClock } from '@watcher/core';
import { Lanes } from './lanes.ts';
import { Locator, type Place } from './locator.ts';
import { readMountTable } from './mount-table.ts';

export interface FileSystemOptions {
  readonly clock?: Clock | undefined;
  /** Milliseconds that a call may take. */
  readonly timeout?: number | undefined;
  /** Ends every wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Of libuv, which runs all calls of the process; its default is 4. */
const THREADS = Math.max(1, Math.floor(Number(process.env['UV_THREADPOOL_SIZE'])) || 4);

/** One thread stays free for the rest of the process. */
const lanes = new Lanes(Math.max(1, THREADS - 1));

/** Calls to file systems that may not answer which hold a thread of this process right now. */
export function runningCalls(): number {
  return lanes.running;
}

/**
 * Makes calls that end: with the system's answer, with `ETIMEDOUT`, or with the abort. A call that is never answered
 * goes on in a thread of the process, and nobody waits for it.
 */
export class FileSystem {
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #timeout: number;
  #locator: Locator | undefined;

  constructor({ clock = systemClock, timeout = 2000, signal = NEVER }: FileSystemOptions = {}) {
    this.signal = signal;
    this.#clock = clock;
    this.#timeout = timeout;
  }

  /** Begins a pass: paths and mounts are looked up anew. */
  refresh(): void {
    this.#locator = undefined;
  }

  locate(path: string): Place {
    return this.#current.locate(path);
  }

  /** Names in the directory at `place` that something is mounted at. */
  mountPointsIn(place: Place): ReadonlySet<string> {
    return this.#current.mountPointsIn(place);
  }

  /**
   * Makes a call about something at `place`.
   *
   * @param discard takes what the call brings when nobody waits for it any more
   * @throws what the system says; `ETIMEDOUT`; the reason of the abort
   */
  async call<T>(place: Place, makeCall: () => Promise<T>, discard?: (late: T) => void): Promise<T> {
    if (place.isLocal) return makeCall();
    this.signal.throwIfAborted();
    return this.#callInLane(place, makeCall, discard);
  }

  /** Gives something back to the system. That is done in any case, and waited for no longer than any other call. */
  async release(place: Place, giveBack: () => Promise<void>): Promise<void> {
    if (place.isLocal) return giveBack();
    await this.#callInLane(place, giveBack, undefined, true).catch(() => {});
  }

  async #callInLane<T>(
    place: Place,
    makeCall: () => Promise<T>,
    discard?: (late: T) => void,
    isMandatory = false,
  ): Promise<T> {
    const call = lanes.run(place.mount?.device ?? place.path, {
      makeCall,
      isMandatory,
      clock: this.#clock,
      timeout: this.#timeout,
      timeoutError: () => timeoutError(place, this.#timeout),
      ...(discard && { discard }),
    });
    const onAbort = () => call.giveUp(this.signal.reason);
    if (this.signal.aborted) onAbort();
    this.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await call.answer;
    } finally {
      this.signal.removeEventListener('abort', onAbort);
    }
  }

  get #current(): Locator {
    this.#locator ??= new Locator(readMountTable());
    return this.#locator;
  }
}

const NEVER = new AbortController().signal;

function timeoutError({ path, mount }: Place, timeout: number): Error {
  const where = mount ? `${mount.type} mounted at ${mount.point}` : path;
  return Object.assign(new Error(`no answer within ${timeout} ms from ${where}`), { code: 'ETIMEDOUT' });
}
