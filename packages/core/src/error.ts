/** Found on every WatcherError, of whichever installed copy of this package. */
const MARK = Symbol.for('@watcher/core/WatcherError');

export interface WatcherErrorOptions {
  /** What tells errors apart; each package lists its codes in its README. */
  readonly code: string;
  /** Which watcher it came from: the engine's name or host, the directory, the queue's name; `''` if none. */
  readonly source?: string | undefined;
  /** Whether trying again, unchanged, can succeed. Default false. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of `@watcher/*`. Told apart by `code`, never by `instanceof`: two copies of this package
 * may meet in one process. Its message says what was expected, what was found and what to do.
 */
export class WatcherError extends Error {
  override readonly name = 'WatcherError';
  readonly code: string;
  readonly source: string;
  readonly retryable: boolean;

  constructor(message: string, { code, source = '', retryable = false, cause }: WatcherErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.source = source;
    this.retryable = retryable;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/**
 * Whether `value` is a WatcherError, of this copy of the package or another; with `code`, one of that code.
 *
 * @example
 * ```ts
 * const error: unknown = new WatcherError('The engine is away.', { code: 'UNREACHABLE', retryable: true });
 * if (isWatcherError(error, 'UNREACHABLE')) console.log(error.retryable);
 * // => true
 * ```
 */
export function isWatcherError(value: unknown, code?: string): value is WatcherError {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return MARK in value && (code === undefined || (value as { code?: unknown }).code === code);
  } catch {
    return false; // a proxy that does not answer
  }
}
