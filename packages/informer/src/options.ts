import {
  type Clock,
  clockOption,
  durationOption,
  harmlessLogger,
  invalidOption,
  type ListWatch,
  type Logger,
  loggerOption,
  MAX_DELAY,
  signalOption,
  type WatcherError,
  type WatcherEvent,
} from '@watcher/core';

/** How long to wait before a list that failed, or a watch that ended, is tried again. */
export interface InformerBackoff {
  /** Milliseconds before the second attempt. Default 250. */
  readonly minDelay?: number | undefined;
  /** The longest wait, in milliseconds. Default 10000. */
  readonly maxDelay?: number | undefined;
  /** Multiplies each wait to give the next, at least 1. Default 2. */
  readonly factor?: number | undefined;
}

export interface InformerOptions<E extends WatcherEvent = WatcherEvent> {
  /** The longest time from an event to the request that it causes, in milliseconds. Default 500. */
  readonly flushInterval?: number | undefined;
  /**
   * Sends the request earlier, once no event came for this many milliseconds. A function decides by event, and the latest
   * event counts; Infinity from it waits for `flushInterval`. Default 50.
   */
  readonly quietPeriod?: number | ((event: E) => number) | undefined;
  /** Waits between attempts after a failure. */
  readonly backoff?: InformerBackoff | undefined;
  /**
   * Milliseconds between lists that verify the store, give or take a tenth; 0 turns them off. A difference that no event
   * announced is reported as `EVENTS_MISSED`. One list verifies the first one, and each after a gap, in any case. Default
   * 60000.
   */
  readonly resyncInterval?: number | undefined;
  /**
   * The reconcile window in milliseconds: how long after an event its key is asked again while the source does not show
   * the change. 0 asks once. Default 3000.
   */
  readonly reconcile?: number | undefined;
  /** Aborting it closes the informer. */
  readonly signal?: AbortSignal | undefined;
  /** Any pino logger fits. Default: none. */
  readonly logger?: Logger | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Receives every error: of the source, of subscribers, and of events that were missed. */
  readonly onError?: ((error: WatcherError) => void) | undefined;
}

/** {@link InformerOptions} with every default in its place. */
export interface ResolvedInformerOptions<E extends WatcherEvent> {
  readonly flushInterval: number;
  readonly quietPeriod: number | ((event: E) => number);
  readonly backoff: { readonly minDelay: number; readonly maxDelay: number; readonly factor: number };
  readonly resyncInterval: number;
  readonly reconcile: number;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger | undefined;
  readonly clock: Clock;
  readonly onError: ((error: WatcherError) => void) | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set([
  'flushInterval',
  'quietPeriod',
  'backoff',
  'resyncInterval',
  'reconcile',
  'signal',
  'logger',
  'clock',
  'onError',
]);

/** @throws {WatcherError} `INVALID_OPTION`, with the option, the expectation and the value */
export function resolveInformerOptions<E extends WatcherEvent>(
  options: InformerOptions<E>,
): ResolvedInformerOptions<E> {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', 'an object', options);
  for (const name of Object.keys(options))
    if (!OPTIONS.has(name))
      throw invalidOption(name, `one of ${[...OPTIONS].join(', ')}`, 'an unknown option');
  const { quietPeriod = 50, onError } = options;
  if (onError !== undefined && typeof onError !== 'function')
    throw invalidOption('onError', 'a function', onError);
  const logger = loggerOption('logger', options.logger);
  return {
    flushInterval: durationOption('flushInterval', options.flushInterval, 500),
    quietPeriod:
      typeof quietPeriod === 'function' ? quietPeriod : durationOption('quietPeriod', quietPeriod, 50),
    backoff: resolveBackoff(options.backoff ?? {}),
    resyncInterval: durationOption('resyncInterval', options.resyncInterval, 60_000),
    reconcile: durationOption('reconcile', options.reconcile, 3000),
    signal: signalOption('signal', options.signal),
    logger: logger && harmlessLogger(logger),
    clock: clockOption('clock', options.clock),
    onError,
  };
}

/** @throws {WatcherError} `INVALID_OPTION` for a value that is not a {@link ListWatch} */
export function checkSource<T, E extends WatcherEvent>(source: ListWatch<T, E>): void {
  if (typeof source !== 'object' || source === null) throw invalidOption('source', 'a ListWatch', source);
  if (typeof source.name !== 'string') throw invalidOption('source.name', 'a string', source.name);
  for (const method of ['watch', 'list', 'key'] as const)
    if (typeof source[method] !== 'function')
      throw invalidOption(`source.${method}`, 'a function', source[method]);
  for (const method of ['get', 'affects', 'agrees', 'version'] as const)
    if (source[method] !== undefined && typeof source[method] !== 'function')
      throw invalidOption(`source.${method}`, 'a function', source[method]);
}

function resolveBackoff(given: InformerBackoff): ResolvedInformerOptions<WatcherEvent>['backoff'] {
  if (typeof given !== 'object' || given === null)
    throw invalidOption('backoff', 'an object with minDelay, maxDelay and factor', given);
  const minDelay = durationOption('backoff.minDelay', given.minDelay, 250, 1);
  const maxDelay = durationOption('backoff.maxDelay', given.maxDelay, Math.max(10_000, minDelay), 1);
  if (maxDelay < minDelay)
    throw invalidOption(
      'backoff.maxDelay',
      `milliseconds from backoff.minDelay, ${minDelay}, to ${MAX_DELAY}`,
      maxDelay,
    );
  const factor = given.factor ?? 2;
  if (!(Number.isFinite(factor) && factor >= 1))
    throw invalidOption('backoff.factor', 'a number of at least 1', factor);
  return { minDelay, maxDelay, factor };
}
