import { isDeepStrictEqual } from 'node:util';
import {
  type CloseReason,
  type ListWatch,
  type Timer,
  textOf,
  type WatcherError,
  type WatcherEvent,
  type WatchStream,
} from '@watcher/core';
import { EventQueue } from '@watcher/queue';
import type { Change } from './change.ts';
import { ChangeFeed, type InformerState, type InformerSubscriber } from './change-feed.ts';
import { ChangeIterator } from './change-iterator.ts';
import { publishList, publishState } from './diagnostics.ts';
import {
  asWatcherError,
  closedBeforeSync,
  eventsMissed,
  getFailed,
  listFailed,
  sourceFailed,
  subscriberFailed,
} from './errors.ts';
import { ItemStore } from './item-store.ts';
import { ListRun } from './list-run.ts';
import { MissedEvents } from './missed-events.ts';
import {
  checkSource,
  type InformerOptions,
  type ResolvedInformerOptions,
  resolveInformerOptions,
} from './options.ts';
import { ALL, type PendingKey, PendingKeys } from './pending-keys.ts';
import { reloadReason } from './reload-reason.ts';
import type { InformerStats } from './stats.ts';

/** Requests for single items at one time. */
const MAX_GETS = 8;
/** Keys that are tracked one by one; more of them cost one list. */
const MAX_PENDING = 1000;
/** The shortest time in which an event may still arrive after a list has shown its change. */
const MIN_GRACE_MS = 1000;
/** The longest timer that Node takes, in milliseconds. */
const MAX_DELAY_MS = 2_147_483_647;

/**
 * Follows a source: lists it, watches it, and keeps a store of its items that equals the source's own list.
 *
 * It starts immediately. It subscribes before it lists, asks for single items on events, asks again while the source does
 * not show the change, and lists again where events may be lost.
 *
 * @example
 * ```ts
 * await using informer = new Informer(source, { onError: (error) => console.log(error.message) });
 * informer.subscribe({ added: (item) => console.log('added', item.name) });
 * await informer.synced;
 * console.log(informer.store.get('web')?.state, informer.state);
 * // => added web
 * // => running current
 * ```
 */
export class Informer<T, E extends WatcherEvent = WatcherEvent> implements AsyncDisposable {
  /**
   * Resolves when the store has taken the first list and every event received meanwhile. Rejects when the source fails
   * permanently, and with code `ABORTED` when the informer is closed first. Never an unhandled rejection.
   */
  readonly synced: Promise<void>;
  /** Resolves when the informer is closed and its stream has released everything. Never rejects. */
  readonly closed: Promise<CloseReason>;
  /** The items by key: a live view that always has the latest state known. */
  readonly store: ReadonlyMap<string, T>;
  /** Counters, free to read at any time. */
  readonly stats: Readonly<InformerStats>;

  readonly #source: ListWatch<T, E>;
  readonly #options: ResolvedInformerOptions<E>;
  readonly #store: ItemStore<T>;
  readonly #feed: ChangeFeed<T>;
  readonly #iterators = new Set<ChangeIterator<T>>();
  readonly #pending: PendingKeys<E>;
  readonly #missed: MissedEvents;
  readonly #batches: EventQueue<E>;
  readonly #abort = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<CloseReason>();
  readonly #counts = { events: 0, lists: 0, gets: 0, changes: 0, errors: 0 };

  #state: InformerState = 'syncing';
  #closing: CloseReason | undefined;
  #stream: WatchStream<E> | undefined;
  /** `attached`: subscribed and reachable. `away`: subscribed, and the source is disconnected. */
  #watch: 'opening' | 'attached' | 'away' | 'retrying' = 'opening';
  #watchFailures = 0;
  #watchRetryAt = 0;
  /** Whether a list is needed, and why. */
  #needsList: false | 'sync' | 'events' = 'sync';
  /** Whether events were lost, so that the store is stale until a list that begins from now on is applied. */
  #hasGap = false;
  #list: ListRun | undefined;
  #listFailures = 0;
  #listRetryAt = 0;
  #lastListError: string | undefined;
  /** Whether a get failed since the last list, and after how many lists in a row none had succeeded. */
  #hasFailedGets = false;
  #failedGetRounds = 0;
  #isListed = false;
  /** Keys that events concerned during the first list, and that have no answer yet. */
  readonly #beforeSynced = new Set<string | typeof ALL>();
  #resyncAt: number | undefined;
  /** Whether the next resync verifies the list after a gap: differences are explained by it. */
  #verifiesGap = false;
  #gets = 0;
  #timer: Timer | undefined;
  #isAdvancing = false;

  /** @throws {WatcherError} `INVALID_OPTION`, with the option, the expectation and the value */
  constructor(source: ListWatch<T, E>, options: InformerOptions<E> = {}) {
    checkSource(source);
    const resolved = resolveInformerOptions(options);
    const { clock, reconcile, flushInterval, quietPeriod, signal } = resolved;
    this.#source = source;
    this.#options = resolved;
    this.#store = new ItemStore<T>((before, after) => this.#isSame(before, after));
    this.#feed = new ChangeFeed<T>((error) => this.#report(subscriberFailed(source.name, error)));
    this.#pending = new PendingKeys<E>({ reconcile, canGet: source.get !== undefined, limit: MAX_PENDING });
    this.#missed = new MissedEvents(Math.max(reconcile, MIN_GRACE_MS));
    this.#batches = new EventQueue<E>({
      name: source.name,
      clock,
      flushInterval,
      quietPeriod,
      // The keys are kept elsewhere; the queue decides when a batch of events is complete, and needs the latest alone.
      coalesce: { key: () => 'batch', merge: (_, next) => next },
      onFlush: () => this.#flushed(),
      onError: (error) => this.#report(sourceFailed(source.name, 'quietPeriod', error)),
    });
    this.store = this.#store.items;
    this.stats = this.#liveStats();
    this.synced = this.#synced.promise;
    this.synced.catch(() => {}); // no caller has to await it
    this.closed = this.#closed.promise;
    if (signal?.aborted) void this.#close({ reason: 'aborted' }, signal.reason);
    else {
      signal?.addEventListener('abort', this.#aborted, { once: true });
      this.#openWatch();
    }
  }

  /** How close the store is to the source: `current` if it differs by pending changes at most. */
  get state(): InformerState {
    return this.#state;
  }

  /**
   * Calls back with every item of the store as added, before it returns, and then with each change.
   *
   * @returns what ends the subscription
   */
  subscribe(subscriber: InformerSubscriber<T>): Disposable {
    if (this.#closing) return { [Symbol.dispose]() {} };
    return this.#feed.subscribe(subscriber, this.store);
  }

  /**
   * Iterates over every item of the store as added, and then over the changes. A reader that falls behind receives one
   * change a key, from the state it knows to the latest. Ends when the informer is closed, and throws when it failed.
   */
  changes(): AsyncIterableIterator<Change<T>> {
    const iterator: ChangeIterator<T> = new ChangeIterator<T>(
      (before, after) => this.#isSame(before, after),
      () => void this.#iterators.delete(iterator),
    );
    for (const [key, after] of this.store) iterator.add({ kind: 'added', key, before: undefined, after });
    if (this.#closing) iterator.end(this.#closing.error);
    else this.#iterators.add(iterator);
    return iterator;
  }

  /** Closes the informer and its stream; waits for no list. Resolves with `closed`. The store keeps its last state. */
  async close(): Promise<void> {
    await this.#close({ reason: 'aborted' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #aborted = () => void this.#close({ reason: 'aborted' }, this.#options.signal?.reason);

  // The watch.

  #openWatch(): void {
    this.#watch = 'opening';
    try {
      const stream = this.#source.watch({ signal: this.#abort.signal });
      this.#stream = stream;
      const isCurrent = () => this.#stream === stream && !this.#closing;
      stream.ready.then(
        () => isCurrent() && this.#watch === 'opening' && this.#attached(),
        () => {}, // `close` of the sink has the reason
      );
      stream.subscribe({
        push: (event) => isCurrent() && this.#received(event),
        error: (error) => isCurrent() && this.#report(error),
        close: (reason) => isCurrent() && this.#watchClosed(reason),
      });
    } catch (error) {
      void this.#close({ reason: 'failed', error: asWatcherError(error, this.#source.name) });
    }
  }

  #attached(): void {
    this.#watch = 'attached';
    this.#watchFailures = 0;
    this.#listRetryAt = 0;
    this.#advance();
  }

  /** A watch that ends is ordinary, and opened again; one that fails permanently ends the informer. */
  #watchClosed({ reason, error }: CloseReason): void {
    this.#stream = undefined;
    if (reason === 'failed' && error?.retryable !== true) {
      void this.#close({ reason, ...(error && { error }) });
      return;
    }
    if (error) this.#report(error);
    this.#watch = 'retrying';
    this.#watchRetryAt = this.#now() + this.#delay(this.#watchFailures++);
    this.#lostEvents();
    this.#advance();
  }

  #received(event: E): void {
    this.#counts.events++;
    const reason = reloadReason(event);
    if (reason === 'disconnected') {
      if (this.#watch === 'attached') this.#watch = 'away';
    } else {
      if (this.#watch === 'away') this.#watch = 'attached';
      if (reason !== undefined) this.#listRetryAt = 0;
    }
    if (reason === undefined) {
      this.#touch(event);
      this.#batches.push(event);
    } else if (reason === 'gap' || reason === 'overflow') this.#lostEvents();
    else if (reason === 'rescan') {
      this.#needsList ||= 'events';
      this.#missed.explained();
    }
    this.#advance();
  }

  #lostEvents(): void {
    this.#needsList ||= 'events';
    this.#hasGap = true;
    this.#missed.explained();
    if (this.#list) this.#list.gapSince = true;
  }

  #touch(event: E): void {
    const keys = this.#keysOf(event);
    const now = this.#now();
    if (keys === 'all') {
      this.#missed.explained();
      this.#pending.touch(ALL, event, now);
      return;
    }
    for (const key of keys) {
      this.#missed.eventAbout(key);
      this.#pending.touch(key, event, now);
      // Without `get`, lists are the only answers: each is newer than the one before it.
      if (this.#source.get) this.#list?.touch(key);
    }
  }

  #keysOf(event: E): readonly string[] | 'all' {
    try {
      return this.#source.affects?.(event) ?? 'all';
    } catch (error) {
      this.#report(sourceFailed(this.#source.name, 'affects', error));
      return 'all';
    }
  }

  #flushed(): void {
    this.#pending.flush(this.#now());
    this.#advance();
  }

  // The next step.

  /** Decides the next step. Called whenever something may have become due. */
  #advance(): void {
    if (this.#closing || this.#isAdvancing) return;
    this.#isAdvancing = true;
    const now = this.#now();
    if (this.#watch === 'retrying' && now >= this.#watchRetryAt) this.#openWatch();
    if (this.#watch === 'attached') {
      if (!this.#list) this.#beginListIfDue(now);
      while (this.#gets < MAX_GETS) {
        const pending = this.#pending.beginGet(now);
        if (!pending) break;
        void this.#get(pending);
      }
    }
    const missed = this.#missed.due(now);
    if (missed) this.#report(eventsMissed(this.#source.name, missed.keys, missed.count));
    this.#isAdvancing = false;
    if (this.#closing) return;
    this.#enter(this.#nextState());
    this.#schedule(now);
  }

  #beginListIfDue(now: number): void {
    const asked = this.#pending.nextDue('list');
    if (this.#needsList || (asked !== undefined && asked <= now)) {
      if (now >= this.#listRetryAt) void this.#runList(this.#needsList || 'events', now);
    } else if (this.#resyncAt !== undefined && this.#resyncAt <= now) void this.#runList('resync', now);
  }

  /** Sets the one timer for the next moment at which something becomes due. */
  #schedule(now: number): void {
    const { clock } = this.#options;
    const moments: (number | undefined)[] = [this.#missed.dueAt];
    if (this.#watch === 'retrying') moments.push(this.#watchRetryAt);
    if (this.#watch === 'attached') {
      if (this.#gets < MAX_GETS) moments.push(this.#pending.nextDue('get'));
      if (!this.#list) {
        const asked = this.#needsList ? now : this.#pending.nextDue('list');
        moments.push(asked === undefined ? undefined : Math.max(asked, this.#listRetryAt));
        if (!this.#needsList) moments.push(this.#resyncAt);
      }
    }
    clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = Math.min(...moments.map((moment) => moment ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    const delay = Math.min(Math.max(0, next - now), MAX_DELAY_MS);
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      this.#advance();
    }, delay);
  }

  #nextState(): InformerState {
    if (this.#state === 'syncing') return 'syncing'; // until `#syncedIfDone`
    const isBehind =
      this.#watch !== 'attached' || this.#hasGap || this.#list?.closesGap || this.#listFailures > 0;
    return isBehind ? 'stale' : 'current';
  }

  #enter(state: InformerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.logger?.debug({ source: this.#source.name, state }, 'informer: state changed');
    publishState({ source: this.#source.name, state });
    this.#feed.publishState(state);
  }

  // Requests.

  async #get(pending: PendingKey<E> & { readonly key: string }): Promise<void> {
    const { key } = pending;
    this.#gets++;
    this.#counts.gets++;
    this.#list?.touch(key);
    const answer = await this.#ask(key);
    this.#gets--;
    if (!this.#closing && this.#pending.isCurrent(pending)) {
      if ('error' in answer) this.#notGot(pending, answer.error);
      else this.#got(pending, answer.item);
    }
    this.#advance();
  }

  async #ask(key: string): Promise<{ readonly item: T | undefined } | { readonly error: unknown }> {
    try {
      return { item: await this.#source.get?.(key, this.#abort.signal) };
    } catch (error) {
      return { error };
    }
  }

  #got(pending: PendingKey<E> & { readonly key: string }, found: T | undefined): void {
    const { key } = pending;
    const now = this.#now();
    const actual = found === undefined ? undefined : this.#keyOf(found);
    // An item that has another key by now is a change of both.
    if (actual !== undefined && actual !== key) this.#pending.askAgain(actual, now);
    const item = actual === key ? found : undefined;
    this.#hasFailedGets = false;
    this.#failedGetRounds = 0;
    this.#list?.touch(key);
    this.#put(key, item);
    this.#pending.answered(pending, (event) => this.#agrees(event, item), now);
    this.#answered(key);
  }

  #notGot(pending: PendingKey<E> & { readonly key: string }, error: unknown): void {
    const failed = getFailed(this.#source.name, pending.key, error);
    // Once while none succeeds: an engine that answers no gets would be reported for every event.
    if (this.#hasFailedGets || this.#failedGetRounds > 0) this.#options.logger?.debug(failed.message);
    else this.#report(failed);
    this.#hasFailedGets = true;
    this.#pending.getFailed(pending, this.#now());
  }

  async #runList(reason: ListRun['reason'], now: number): Promise<void> {
    const { name } = this.#source;
    const run = new ListRun(reason, this.#hasGap, this.#verifiesGap, now);
    this.#list = run;
    this.#counts.lists++;
    this.#needsList = false;
    this.#hasGap = false;
    this.#pending.beginList(now);
    let changes = 0;
    let failure: unknown;
    try {
      const items: unknown = await this.#source.list(this.#abort.signal);
      if (!Array.isArray(items))
        throw new TypeError(`list() resolved with ${textOf(items)}, not with an array`);
      if (this.#closing) return;
      this.#list = undefined;
      if (run.isUsable) changes = this.#listed(run, items as readonly T[]);
      else this.#listAgain(run);
    } catch (error) {
      if (this.#closing) return;
      this.#list = undefined;
      failure = error;
      this.#listFailed(run, error);
    }
    const duration = this.#now() - run.startedAt;
    publishList({
      source: name,
      reason,
      duration,
      changes,
      ...(failure !== undefined && { error: failure }),
    });
    this.#advance();
  }

  /** Applies a list to every key that it cannot be too old for, and asks for the others. */
  #listed(run: ListRun, items: readonly T[]): number {
    const now = this.#now();
    const listed = new Map<string, T>();
    for (const item of items) {
      const key = this.#keyOf(item);
      if (key !== undefined) listed.set(key, item);
    }
    const changed: string[] = [];
    const apply = (key: string, item: T | undefined) => {
      if (run.touched.has(key)) {
        if (!this.#pending.has(key) && !this.#store.has(key, item)) this.#pending.askAgain(key, now);
      } else if (this.#put(key, item)) changed.push(key);
    };
    for (const [key, item] of listed) apply(key, item);
    for (const key of this.store.keys()) if (!listed.has(key)) apply(key, undefined);
    if (this.#closing) return changed.length; // by a subscriber
    if (run.reason === 'resync' && !run.gapSince && !run.verifiesGap)
      this.#missed.resynced(
        changed.filter((key) => !this.#pending.has(key)),
        now,
      );
    this.#pending.listed(
      {
        startedAt: run.startedAt,
        isNewer: (key) => run.touched.has(key),
        agrees: (key, event) => key !== ALL && this.#agrees(event, listed.get(key)),
      },
      now,
    );
    this.#listFailures = 0;
    // A source that answers lists and no gets must not be listed without a pause.
    this.#listRetryAt = this.#hasFailedGets ? now + this.#delay(this.#failedGetRounds++) : 0;
    this.#hasFailedGets = false;
    this.#lastListError = undefined;
    this.#resyncAt = this.#nextResync(run, now);
    if (this.#isListed) {
      for (const key of this.#beforeSynced)
        if (key === ALL || !this.#pending.has(key) || !run.touched.has(key)) this.#beforeSynced.delete(key);
    } else for (const key of this.#pending.unanswered()) this.#beforeSynced.add(key);
    this.#isListed = true;
    this.#syncedIfDone();
    return changed.length;
  }

  #listFailed(run: ListRun, error: unknown): void {
    const failed = listFailed(this.#source.name, error);
    if (failed.message === this.#lastListError) this.#options.logger?.debug(failed.message);
    else this.#report(failed);
    this.#lastListError = failed.message;
    this.#listAgain(run);
  }

  #listAgain(run: ListRun): void {
    const now = this.#now();
    this.#pending.listFailed(now);
    this.#needsList ||= run.reason === 'resync' ? 'events' : run.reason;
    this.#hasGap ||= run.closesGap;
    this.#listRetryAt = now + this.#delay(this.#listFailures++);
  }

  /** An answer about a key was applied. */
  #answered(key: string): void {
    this.#beforeSynced.delete(key);
    this.#syncedIfDone();
  }

  #syncedIfDone(): void {
    if (this.#state !== 'syncing' || !this.#isListed || this.#beforeSynced.size > 0 || this.#closing) return;
    this.#enter('current');
    this.#synced.resolve();
  }

  #put(key: string, item: T | undefined): boolean {
    const change = this.#closing ? undefined : this.#store.put(key, item);
    if (!change) return false;
    this.#counts.changes++;
    this.#feed.publish(change);
    for (const iterator of this.#iterators) iterator.add(change);
    return true;
  }

  // Functions of the source. An error in one costs no other item anything.

  #keyOf(item: T): string | undefined {
    try {
      const key: unknown = this.#source.key(item);
      if (typeof key === 'string') return key;
      throw new TypeError(`it returned ${textOf(key)}, not a string`);
    } catch (error) {
      this.#report(sourceFailed(this.#source.name, 'key', error));
      return undefined;
    }
  }

  #agrees(event: E, item: T | undefined): boolean {
    try {
      return this.#source.agrees?.(event, item) === true;
    } catch (error) {
      this.#report(sourceFailed(this.#source.name, 'agrees', error));
      return false;
    }
  }

  #isSame(before: T, after: T): boolean {
    if (before === after) return true;
    if (!this.#source.version) return isDeepStrictEqual(before, after);
    try {
      return this.#source.version(before) === this.#source.version(after);
    } catch (error) {
      this.#report(sourceFailed(this.#source.name, 'version', error));
      return false;
    }
  }

  #report(error: WatcherError): void {
    this.#counts.errors++;
    const { name } = this.#source;
    this.#options.logger?.debug({ source: name, code: error.code, error: error.message }, 'informer: error');
    try {
      const result: unknown = this.#options.onError?.(error);
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // The last place an error can go has failed; the informer goes on.
    }
  }

  // Time and the end.

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #delay(failures: number): number {
    const { minDelay, maxDelay, factor } = this.#options.backoff;
    return Math.min(maxDelay, minDelay * Math.min(factor ** failures, Number.MAX_VALUE));
  }

  /**
   * When to list next. After the first list and after a gap, at the end of the reconcile window, whatever
   * `resyncInterval` is: changes whose events were lost may show only then. A tenth of jitter otherwise, so that many
   * informers do not list in step.
   */
  #nextResync({ reason, closesGap }: ListRun, now: number): number | undefined {
    const { resyncInterval, reconcile } = this.#options;
    this.#verifiesGap = closesGap || reason === 'sync';
    const interval = resyncInterval === 0 ? undefined : resyncInterval * (0.9 + Math.random() / 5);
    if (this.#verifiesGap) return now + Math.min(reconcile, interval ?? reconcile);
    return interval && now + interval;
  }

  #liveStats(): InformerStats {
    const { items } = this.#store;
    const pending = this.#pending;
    const counts = this.#counts;
    return {
      get items() {
        return items.size;
      },
      get pending() {
        return pending.size;
      },
      get events() {
        return counts.events;
      },
      get lists() {
        return counts.lists;
      },
      get gets() {
        return counts.gets;
      },
      get changes() {
        return counts.changes;
      },
      get errors() {
        return counts.errors;
      },
    };
  }

  async #close(reason: CloseReason, cause?: unknown): Promise<void> {
    if (!this.#closing) {
      this.#closing = reason;
      const { signal, clock } = this.#options;
      signal?.removeEventListener('abort', this.#aborted);
      clock.clearTimeout(this.#timer);
      this.#abort.abort();
      this.#pending.clear();
      this.#synced.reject(reason.error ?? closedBeforeSync(this.#source.name, cause));
      const stream = this.#stream?.close();
      const batches = this.#batches.close();
      this.#enter('closed');
      this.#feed.clear();
      for (const iterator of this.#iterators) iterator.end(reason.error);
      this.#iterators.clear();
      void Promise.allSettled([stream, batches]).then(() => this.#closed.resolve(reason));
    }
    await this.closed;
  }
}
