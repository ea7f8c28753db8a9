import { type Clock, systemClock, type Timer, type WatcherEvent, type WatchStream } from '@watcher/core';
import { Action, formatEvent, isContainerStop, isForceReload } from '@watcher/events';
import { EventQueue } from '@watcher/queue';
import { describeError, type Logger } from '../output/logger.ts';
import type { Route } from '../routes/route.ts';
import type { ProviderObserver, SourceState } from './observer.ts';
import type { Listing, RouteSource } from './route-source.ts';

export interface RouteProviderOptions<E extends WatcherEvent> {
  readonly source: RouteSource<E>;
  /** Takes all routes of the source, each time that it was listed. */
  readonly apply: (routes: readonly Route[]) => void;
  readonly logger: Logger;
  /** Receives what happens, to show it. */
  readonly observer?: ProviderObserver;
  readonly clock?: Clock;
}

/** Milliseconds from a change to the list that shows it, at most: a restart within it is no change. */
const FLUSH_INTERVAL = 700;
/** Milliseconds without a further event after which there is nothing to wait for. */
const QUIET_PERIOD = 100;
/** Milliseconds before a list that failed is tried again: at first, and at most. */
const RETRY = { first: 250, most: 10_000 };

/**
 * Keeps the routes of one source current.
 *
 * It subscribes, and only then lists: what changes in between arrives as an event. Events say when to look again,
 * never what there is, so that the source's own list is the one truth. Every list, the first and a retry among
 * them, is a flush of the queue: there is one at a time, and the last one started is the last one applied.
 */
export class RouteProvider<E extends WatcherEvent> {
  readonly #source: RouteSource<E>;
  readonly #apply: (routes: readonly Route[]) => void;
  readonly #logger: Logger;
  readonly #observer: ProviderObserver | undefined;
  readonly #clock: Clock;

  #state: SourceState = 'connecting';
  #kept = 0;
  #problems: ReadonlySet<string> = new Set();
  #usable = true;
  /** The latest fault of each kind since the last good list, so that a lasting one is told once. */
  readonly #faults = new Map<'watching' | 'listing', string>();
  #failures = 0;
  #retry: Timer | undefined;

  constructor({ source, apply, logger, observer, clock = systemClock }: RouteProviderOptions<E>) {
    this.#source = source;
    this.#apply = apply;
    this.#logger = logger;
    this.#observer = observer;
    this.#clock = clock;
  }

  /** Runs until `signal` is aborted. Rejects when the source fails for good. */
  async run(signal: AbortSignal): Promise<void> {
    const stream = this.#source.watch(signal);
    this.#observer?.opened(stream);
    const queue: EventQueue<E> = new EventQueue<E>({
      name: this.#source.name,
      clock: this.#clock,
      signal,
      flushInterval: FLUSH_INTERVAL,
      quietPeriod: (event) => (oftenFollowed(event) ? Number.POSITIVE_INFINITY : QUIET_PERIOD),
      onFlush: (batch, { signal }) => this.#flush(batch, { stream, queue, signal }),
      onError: (error) => this.#fault(error, 'watching'),
    });
    queue.start(stream);
    // The first list. A source that is down is subscribed to when it is up; until then its errors say so.
    stream.ready.then(
      () => queue.push(stream.reload('rescan')),
      () => {}, // `closed` says it too
    );
    const { reason, error } = await stream.closed;
    this.#cancelRetry();
    await queue.close();
    if (reason === 'failed') throw error;
  }

  async #flush(batch: readonly E[], run: Run<E>): Promise<void> {
    this.#logger.debug(
      `events: ${batch.slice(0, 10).map(formatEvent).join(', ')}${batch.length > 10 ? ', ...' : ''}`,
    );
    this.#observer?.flushed(batch);
    if (batch.some(isAway)) this.#away();
    // Nobody is there to be asked; a ForceReload follows when there is.
    if (batch.slice(-1).some(isAway)) return this.#cancelRetry();
    await this.#list(run);
  }

  async #list(run: Run<E>): Promise<void> {
    this.#cancelRetry();
    let listing: Listing;
    try {
      listing = await this.#source.list(run.signal);
    } catch (error) {
      if (!run.signal.aborted) this.#tryAgain(error, run);
      return;
    }
    if (run.signal.aborted) return;
    this.#current(listing);
  }

  #current(listing: Listing): void {
    if (this.#state === 'connecting') this.#logger.info(`watching ${this.#source.place}`);
    else if (this.#state === 'away' || this.#failures > 0) this.#logger.info(`${this.#source.place} is back`);
    this.#state = 'current';
    this.#observer?.entered('current');
    this.#failures = 0;
    this.#faults.clear();
    this.#report(listing);
    if (!listing.routes) return;
    this.#kept = listing.routes.length;
    this.#apply(listing.routes);
  }

  /** Through the queue, but not by its `retry`: that would hold back the ForceReload that says all is well again. */
  #tryAgain(error: unknown, { stream, queue }: Run<E>): void {
    const wait = Math.min(RETRY.first * 2 ** this.#failures++, RETRY.most);
    this.#fault(error, 'listing');
    this.#retry = this.#clock.setTimeout(() => queue.push(stream.reload('rescan')), wait);
  }

  #cancelRetry(): void {
    this.#clock.clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #away(): void {
    if (this.#state === 'away') return;
    this.#state = 'away';
    this.#observer?.entered('away');
    this.#logger.warn(`${this.#source.place} is away; ${this.#theLastGoodRoutes()} until it is back`);
  }

  #fault(error: unknown, doing: 'watching' | 'listing'): void {
    const fault = describeError(error);
    const known = this.#faults.get(doing) === fault;
    this.#faults.set(doing, fault);
    // A watcher's errors name what is watched, and whether the source is away is told by its ForceReload.
    const line =
      doing === 'watching'
        ? fault
        : `cannot list ${this.#source.place}: ${fault} (${this.#theLastGoodRoutes()}; trying again)`;
    if (!known) this.#observer?.failed(line);
    this.#logger[known ? 'debug' : 'warn']({ err: error, code: codeOf(error) }, line);
  }

  /** Each problem once, for as long as it is there. */
  #report({ routes, problems }: Listing): void {
    this.#observer?.listed(problems);
    const news = problems.filter((problem) => !this.#problems.has(problem));
    for (const problem of news) {
      this.#logger.error(problem);
      this.#observer?.failed(problem);
    }
    if (!routes && news.length > 0) this.#logger.warn(`${this.#source.place}: ${this.#theLastGoodRoutes()}`);
    if (routes && !this.#usable) this.#logger.info(`${this.#source.place} is in order again`);
    this.#problems = new Set(problems);
    this.#usable = routes !== undefined;
  }

  #theLastGoodRoutes(): string {
    if (this.#kept === 0) return 'it has no routes';
    return this.#kept === 1 ? 'its last good route stays' : `its ${this.#kept} last good routes stay`;
  }
}

/** What belongs to one call of `run`. */
interface Run<E extends WatcherEvent> {
  readonly stream: WatchStream<E>;
  readonly queue: EventQueue<E>;
  readonly signal: AbortSignal;
}

/** A container that dies may be starting again, which begins with its networks; a file that is gone may be coming back. */
function oftenFollowed({ action }: WatcherEvent): boolean {
  return isContainerStop(action) || (action & OFTEN_FOLLOWED) !== 0;
}

const OFTEN_FOLLOWED =
  Action.NetworkDisconnect | Action.NetworkConnect | Action.FileDeleted | Action.FileRenamed;

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}

function isAway(event: WatcherEvent): boolean {
  return isForceReload(event) && event.reason === 'disconnected';
}
