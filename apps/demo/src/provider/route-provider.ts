import {
  type Clock,
  type ListWatch,
  systemClock,
  type Timer,
  type WatcherError,
  type WatcherEvent,
} from '@watcher/core';
import { Action, formatEvent, isContainerStop, isForceReload } from '@watcher/events';
import { Informer, type InformerState } from '@watcher/informer';
import { describeError, type Logger } from '../output/logger.ts';
import type { Route } from '../routes/route.ts';
import type { ProviderObserver } from './observer.ts';
import type { Listing, RouteSource } from './route-source.ts';
import { tapped } from './tapped-stream.ts';

export interface RouteProviderOptions<E extends WatcherEvent> {
  readonly source: RouteSource<E>;
  /** Takes all routes of the source, each time that its listing changes. */
  readonly apply: (routes: readonly Route[]) => void;
  readonly logger: Logger;
  /** Receives what happens, to show it. */
  readonly observer?: ProviderObserver;
  readonly clock?: Clock;
  /** Milliseconds between lists that verify the routes; 0 turns them off. Default: the informer's. */
  readonly resyncInterval?: number | undefined;
}

/** Milliseconds from a change to the list that shows it, at most: a restart within it is no change. */
const FLUSH_INTERVAL = 700;
/** Milliseconds without a further event after which there is nothing to wait for. */
const QUIET_PERIOD = 100;
/** Milliseconds before a list that failed is tried again. */
const BACKOFF = { minDelay: 250, maxDelay: 10_000 };
/** Events that are kept to be shown with the list that they lead to. */
const MAX_SHOWN = 1000;
/** Milliseconds for which a source may be away before that is logged. */
const AWAY_DELAY = 1000;

/**
 * Keeps the routes of one source current: an informer whose one item is the listing of the source. The informer decides
 * when to list; here its listings are applied, and what is worth a line is logged.
 */
export class RouteProvider<E extends WatcherEvent> {
  readonly #source: RouteSource<E>;
  readonly #apply: (routes: readonly Route[]) => void;
  readonly #logger: Logger;
  readonly #observer: ProviderObserver | undefined;
  readonly #clock: Clock;
  readonly #resyncInterval: number | undefined;

  /** Events since the latest list began. */
  #events: E[] = [];
  #isStarting = true;
  #isAway = false;
  #awayTimer: Timer | undefined;
  #kept = 0;
  #problems: ReadonlySet<string> = new Set();
  #usable = true;
  /** The latest fault of each kind since the source was current, so that a lasting one is logged once. */
  readonly #faults = new Map<'watching' | 'listing', string>();

  constructor({
    source,
    apply,
    logger,
    observer,
    clock = systemClock,
    resyncInterval,
  }: RouteProviderOptions<E>) {
    this.#source = source;
    this.#apply = apply;
    this.#logger = logger;
    this.#observer = observer;
    this.#clock = clock;
    this.#resyncInterval = resyncInterval;
  }

  /** Runs until `signal` is aborted. Rejects when the source fails permanently. */
  async run(signal: AbortSignal): Promise<void> {
    const informer = new Informer<Listing, E>(this.#listWatch(), {
      clock: this.#clock,
      signal,
      flushInterval: FLUSH_INTERVAL,
      quietPeriod: (event) => (oftenFollowed(event) ? Number.POSITIVE_INFINITY : QUIET_PERIOD),
      backoff: BACKOFF,
      resyncInterval: this.#resyncInterval,
      onError: (error) => this.#fault(error),
    });
    informer.subscribe({
      added: (listing) => this.#listed(listing),
      updated: (_, listing) => this.#listed(listing),
      state: (state) => this.#entered(state),
    });
    const { reason, error } = await informer.closed;
    this.#clock.clearTimeout(this.#awayTimer);
    if (reason === 'failed') throw error;
  }

  /** The source as an informer follows it: with one item, its listing. */
  #listWatch(): ListWatch<Listing, E> {
    const source = this.#source;
    return {
      name: source.name,
      watch: ({ signal = new AbortController().signal }) => {
        const stream = source.watch(signal);
        this.#observer?.opened(stream);
        return tapped(stream, (event) => {
          if (this.#events.length < MAX_SHOWN) this.#events.push(event);
          // No list follows.
          if (isForceReload(event) && event.reason === 'disconnected') this.#flushed(this.#events.splice(0));
        });
      },
      list: async (signal) => {
        this.#flushed(this.#events.splice(0));
        return [await source.list(signal)];
      },
      key: () => LISTING,
      // A list that lags behind the events is taken again until the reconcile window ends.
      ...(!source.lags && { affects: () => [LISTING], agrees: () => true }),
    };
  }

  #flushed(batch: readonly E[]): void {
    if (batch.length === 0) return;
    const shown = batch.slice(0, 10).map(formatEvent).join(', ');
    this.#logger.debug(`events: ${shown}${batch.length > 10 ? ', ...' : ''}`);
    this.#observer?.flushed(batch);
  }

  #listed(listing: Listing): void {
    if (this.#isStarting) this.#logger.info(`watching ${this.#source.place}`);
    this.#isStarting = false;
    this.#report(listing);
    if (!listing.routes) return;
    this.#kept = listing.routes.length;
    this.#apply(listing.routes);
  }

  #entered(state: InformerState): void {
    this.#clock.clearTimeout(this.#awayTimer);
    if (state === 'stale') this.#awayTimer = this.#clock.setTimeout(() => this.#away(), AWAY_DELAY);
    if (state !== 'current') return;
    if (this.#isAway || this.#faults.has('listing')) this.#logger.info(`${this.#source.place} is back`);
    this.#isAway = false;
    this.#faults.clear();
    this.#observer?.entered('current');
  }

  #away(): void {
    this.#observer?.entered('away');
    if (this.#faults.has('listing')) return; // which was logged
    this.#isAway = true;
    this.#logger.warn(`${this.#source.place} is away; ${this.#theLastGoodRoutes()} until it is back`);
  }

  #fault(error: WatcherError): void {
    const doing = error.code === 'LIST_FAILED' ? 'listing' : 'watching';
    const fault = describeError(doing === 'listing' ? error.cause : error);
    const known = this.#faults.get(doing) === fault;
    this.#faults.set(doing, fault);
    const line =
      doing === 'watching'
        ? fault
        : `cannot list ${this.#source.place}: ${fault} (${this.#theLastGoodRoutes()}; trying again)`;
    if (!known) this.#observer?.failed(line);
    this.#logger[known ? 'debug' : 'warn'](
      { err: error, code: codeOf(doing === 'listing' ? error.cause : error) },
      line,
    );
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

/** The one key of a source that is listed as a whole. */
const LISTING = 'listing';

/** A container that dies may be starting again, which begins with its networks; a file that is gone may be coming back. */
function oftenFollowed({ action }: WatcherEvent): boolean {
  return isContainerStop(action) || (action & OFTEN_FOLLOWED) !== 0;
}

const OFTEN_FOLLOWED =
  Action.NetworkDisconnect | Action.NetworkConnect | Action.FileDeleted | Action.FileRenamed;

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}
