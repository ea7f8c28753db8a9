/** An AbortController that its parents abort too, and that can be let go of without leaving a listener behind. */
export interface LinkedAbort extends Disposable {
  readonly signal: AbortSignal;
  /** @param reason the signal's reason. Default: an AbortError */
  abort(reason?: unknown): void;
}

/**
 * Like `AbortSignal.any`, but with an end: a signal that lives as long as the process would otherwise collect
 * one dependant per request.
 */
export function linkAbort(...parents: AbortSignal[]): LinkedAbort {
  const own = new AbortController();
  const listeners = parents.map((parent) => [parent, () => own.abort(parent.reason)] as const);
  for (const [parent, abort] of listeners) {
    if (parent.aborted) abort();
    else parent.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    [Symbol.dispose]() {
      for (const [parent, abort] of listeners) parent.removeEventListener('abort', abort);
    },
  };
}

/**
 * Runs tasks side by side until the first settles, aborts the others, and waits until they have let go of what
 * they hold. What the others still say, an error included, is of no interest any more.
 */
export async function race<T>(
  parent: AbortSignal,
  ...tasks: ((signal: AbortSignal) => Promise<T>)[]
): Promise<T> {
  using link = linkAbort(parent);
  const running = tasks.map((task) => task(link.signal));
  try {
    return await Promise.race(running);
  } finally {
    link.abort(DECIDED);
    await Promise.allSettled(running);
  }
}

/** One for all races: to make one, with its stack, would cost more than the rest of a short race. */
const DECIDED = new DOMException('Another task settled first.', 'AbortError');

/** Resolves with `value` as `promise` does, or rejects when `signal` is aborted. For promises of someone else's. */
export function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    if (signal.aborted) {
      promise.catch(() => {}); // nobody is left to hear of it
      return aborted();
    }
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
