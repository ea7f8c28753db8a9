import {
  delay,
  isWatcherError,
  MAX_DELAY,
  type ReloadReason,
  textOf,
  type WatcherError,
} from '@watcher/core';
import { dockerEventMap } from '@watcher/events';
import { linkAbort, race, until } from '../concurrency.ts';
import { causeOf } from '../errors/cause.ts';
import { fault } from '../errors/fault.ts';
import { Cursor } from '../events/cursor.ts';
import type { EngineMessage } from '../events/message.ts';
import { type RecentEvents, Subscription, type SubscriptionSink } from '../events/subscription.ts';
import type { Requests } from '../history/requests.ts';
import type { Engine } from '../transport/connector.ts';
import { death, type Stethoscope } from './liveness.ts';
import { watchForMuteEngine } from './mute-engine.ts';
import { findPlace, isRefused } from './place.ts';
import { missedBeginning, proveLive, proveOverlap, proveStanding } from './proof.ts';
import { Reports } from './reports.ts';
import { type Backoff, retryDelay } from './retry.ts';
import { Alertness, type Moment, watchForStandstill } from './standstill.ts';
import type { StatusKeeper } from './status.ts';
import { stopwatch } from './stopwatch.ts';
import { UnreadableRun } from './unreadable-run.ts';

export interface SessionSettings {
  readonly retry: Backoff;
  readonly forceReload: 'always' | 'gap';
  /** Milliseconds of silence before the engine is asked whether it is silent too. */
  readonly livenessInterval: number;
  /** Milliseconds until a stream is replaced by a fresh one, before something on the way tires of it. */
  readonly leaseInterval: number;
  /** Milliseconds between two reloads `rescan`, give or take a tenth; 0 for none. */
  readonly resyncInterval: number;
}

/** Where a session delivers what happens. */
export interface SessionSink {
  /** The engine is subscribed to, for the first time. */
  opened(): void;
  /** It is subscribed to again: with nothing lost, or with a gap. */
  reopened(how: 'reconnected' | 'gap'): void;
  /** An event that a filter may select; one of the last seconds before a position was taken may come again. */
  event(message: EngineMessage): void;
  error(error: WatcherError): void;
  reload(reason: ReloadReason): void;
}

/**
 * Follows one engine until it is told to stop.
 *
 * ```
 *            ┌────────────── retry ◄─────────────┐
 *            ▼                                   │ fault
 *   connecting ── subscribed and proven ──► streaming ──► (renewing: the next stream stands before this one goes)
 *            │
 *            └─ a fault that no retry can mend ──► failed
 * ```
 *
 * The cursor outlives the streams: it is what a new one is joined to the old one by.
 */
export class Session {
  readonly #engine: Engine;
  readonly #settings: SessionSettings;
  readonly #sink: SessionSink;
  readonly #status: StatusKeeper;
  #cursor: Cursor | undefined;
  /** The subscription that is handed on, while there is one. */
  #current: Subscription | undefined;
  #openedBefore = false;
  /** When the subscription was about to be released, and how many lines had come before. */
  #released: Moment = { since: () => 0, count: 0 };
  /** When the stream that there is was opened, by the clock's `monotonic`. */
  #openSince: number | undefined;
  /** Whether a replay ended without anything new, so that the next would prove nothing. */
  #replaysEndEarly = false;
  /** When the next reload `rescan` is due, by the clock's `monotonic`. */
  #resyncAt: number | undefined;
  readonly #reports: Reports;
  readonly #unreadable: UnreadableRun;
  readonly #lines: SubscriptionSink;

  constructor(engine: Engine, settings: SessionSettings, sink: SessionSink, status: StatusKeeper) {
    this.#engine = engine;
    this.#settings = settings;
    this.#sink = sink;
    this.#reports = new Reports((error) => sink.error(error));
    this.#status = status;
    this.#unreadable = new UnreadableRun(engine.clock, {
      report: () => sink.error(unreadable(engine.host, 'a line that is no event')),
      gap: () => this.#tellGap(),
    });
    this.#lines = {
      event: (message) => {
        this.#unreadable.end();
        if (message?.isTooLarge) this.#reportTooLarge(message);
        else if (message) sink.event(message);
      },
      unreadable: () => this.#unreadable.add(),
      oversized: () => {
        sink.error(unreadable(engine.host, 'a line too long to be an event'));
        this.#tellGap();
      },
      gap: () => this.#tellGap(),
    };
  }

  /**
   * Resolves when `signal` is aborted, with every socket closed.
   *
   * @throws {WatcherError} a fault that no retry can mend
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#engine;
    let failures = 0;
    while (!signal.aborted) {
      this.#status.enter('connecting');
      this.#openSince = undefined;
      const error = await this.#follow(signal);
      if (signal.aborted) return;
      this.#tellLost(error);
      if (!error.retryable) throw error;
      // Only a stream that lasted clears the count: to be answered and cut at once is a failure, too.
      const lasted = clock.monotonic() - (this.#openSince ?? clock.monotonic());
      failures = lasted > this.#settings.retry.maxDelay ? 1 : failures + 1;
      await delay(clock, retryDelay(failures, this.#settings.retry, Math.random()), signal);
    }
  }

  /** Connects and streams; resolves with what put an end to it. */
  async #follow(parent: AbortSignal): Promise<WatcherError> {
    using link = linkAbort(parent);
    try {
      await using connection = await this.#engine.connect(link.signal);
      const { requests } = connection;
      try {
        this.#current = await this.#connect(requests, link.signal);
        return await this.#stream(requests, link.signal);
      } finally {
        link.abort();
        if (this.#current) this.#noteEnd(this.#current, requests);
        await this.#current?.close();
        this.#current = undefined;
        this.#unreadable[Symbol.dispose]();
      }
    } catch (error) {
      return isWatcherError(error)
        ? error
        : fault('PROTOCOL', `Watching ${this.#engine.host} failed: ${textOf(error)}`, causeOf(error));
    }
  }

  /** A subscription that stands, joined to the one before or else with the consumer told of the gap. */
  async #connect(requests: Requests, signal: AbortSignal): Promise<Subscription> {
    using alertness = new Alertness(requests.clock);
    const resumed = await this.#resume(requests, signal);
    const begun = resumed ? undefined : await this.#begin(requests, signal);
    const subscription = (resumed ?? begun?.subscription) as Subscription;
    // What the consumer does when it is told may take long, and the engine does not wait; nor has it, had we stood
    // still before.
    const since = alertness.stoodStill ? () => Number.POSITIVE_INFINITY : stopwatch(requests.clock);
    this.#released = { since, count: this.#cursor?.count ?? 0 };
    this.#tellOpen(resumed ? 'reconnected' : 'gap');
    if (!requests.tellsTime) this.#reports.reportNoTime(this.#engine.host);
    if (resumed) {
      subscription.release();
    } else if (begun?.isProven) {
      if (begun.recent) subscription.releaseAgain(begun.recent);
      else subscription.releaseAnew();
    } else {
      subscription.passOthers();
    }
    return subscription;
  }

  /** Joins a new subscription to our place; undefined where we have none, or the engine does not hold it any more. */
  async #resume(requests: Requests, signal: AbortSignal): Promise<Subscription | undefined> {
    const cursor = this.#cursor;
    if (cursor?.anchor === undefined || this.#replaysEndEarly) return undefined;
    let subscription: Subscription | undefined;
    try {
      subscription = await Subscription.open(requests, cursor, this.#lines, signal);
      const seamless = await orClose(subscription, proveOverlap(subscription, cursor, requests, signal));
      if (seamless && !subscription.overflowed) return subscription;
      await subscription.close();
    } catch (error) {
      signal.throwIfAborted();
      if (subscription) this.#noteEnd(subscription, requests);
      if (!this.#replaysEndEarly && !(await isRefused(cursor, requests, error, signal))) throw error;
      this.#reports.report(error as WatcherError);
    }
    return undefined;
  }

  /** Takes a new place, and subscribes from there. */
  async #begin(requests: Requests, signal: AbortSignal): Promise<Begun> {
    const place = this.#replaysEndEarly ? undefined : await findReadable(requests, signal);
    const cursor = place?.cursor ?? new Cursor((await requests.now(signal)) ?? 0n, false);
    const recent = place?.recent;
    const from = place ? replayFrom(cursor, recent, requests) : 'now';
    const subscription = await Subscription.open(requests, cursor, this.#lines, signal, from);
    await orClose(
      subscription,
      place
        ? proveStanding(subscription, cursor, requests, signal)
        : proveLive(subscription, requests, signal),
    ).catch((error) => {
      this.#noteEnd(subscription, requests);
      throw error;
    });
    this.#cursor = cursor;
    this.#status.moveTo(cursor);
    this.#replaysEndEarly = false;
    // Until something comes from an engine that has emitted nothing, nothing proves that the subscription stands.
    const isProven = !place || !subscription.silent || cursor.anchor !== undefined;
    return { subscription, isProven, recent };
  }

  /** A log of Podman's with a line that it cannot read ends each replay there, so that none proves anything. */
  #noteEnd(subscription: Subscription, requests: Requests): void {
    if (!requests.readsLog || !subscription.endedWithoutNews) return;
    this.#replaysEndEarly = true;
    this.#reports.report(endsEarly(requests.host));
  }

  #reportTooLarge({ type }: EngineMessage): void {
    if (!Object.hasOwn(dockerEventMap, type)) return; // no filter selects it
    this.#sink.error(unreadable(this.#engine.host, 'an event that is larger than its limits'));
    this.#tellGap();
  }

  /** Stays, renewing the subscription as its lease is over, until it ends or is found dead. */
  #stream(requests: Requests, signal: AbortSignal): Promise<WatcherError> {
    const { clock } = requests;
    const cursor = this.#cursor as Cursor;
    const stethoscope: Stethoscope = {
      heard: () => this.#current?.heard ?? 0,
      passed: () => {
        this.#cursor = undefined;
      },
      answered: () => this.#reports.engineIsThere(),
      refused: (error) => this.#reports.report(error),
    };
    const lost = () => {
      cursor.dropped();
      this.#tellGap();
    };
    return race<WatcherError>(
      signal,
      (own) => this.#end(own),
      (own) => death(stethoscope, cursor, requests, this.#settings.livenessInterval, own),
      (own) => watchForStandstill(cursor, clock, this.#released, lost, own),
      (own) => this.#proveBeginning(requests, lost, own),
      (own) => this.#keepRenewing(requests, lost, own),
      (own) => this.#keepResyncing(own),
      (own) => this.#compareSilence(requests, own),
    );
  }

  /** What put an end to the subscription, unless another has taken its place. */
  async #end(signal: AbortSignal): Promise<WatcherError> {
    for (;;) {
      const subscription = this.#current as Subscription;
      const end = await until(subscription.ended, signal);
      if (subscription === this.#current) return end;
    }
  }

  /** Events were lost, or may have been: the consumer lists now, and needs none that came before. */
  #tellGap(): void {
    this.#cursor?.listed();
    this.#sink.reload('gap');
  }

  /** Never resolves. Releases a subscription that is not proven to have stood, when its first line shows what it missed. */
  async #proveBeginning(requests: Requests, lost: () => void, signal: AbortSignal): Promise<never> {
    for (let current = this.#current; current?.isHeld; current = this.#current) {
      await until(Promise.race([current.started, current.ended]), signal);
      if (current !== this.#current) continue; // another has taken its place
      // What cannot be ruled out is told.
      const missed = await missedBeginning(current, requests, signal).catch((): string[] => []);
      signal.throwIfAborted();
      if (current !== this.#current) continue;
      if (missed) {
        lost();
        for (const line of missed) this.#cursor?.take(line); // told of by that: it is not to be missed again
      }
      current.releaseAnew();
    }
    return await until(new Promise<never>(() => {}), signal);
  }

  /** Never resolves. While no other subscription can be had, the one there is goes on; that it does is told once. */
  async #keepRenewing(requests: Requests, lost: () => void, signal: AbortSignal): Promise<never> {
    let failures = 0;
    const failed = (error: unknown) => {
      signal.throwIfAborted();
      // Once is chance. Where it is not, nobody would hear of it until something on the way tires of the stream.
      if (++failures === 2 && isWatcherError(error)) this.#reports.report(error);
      return undefined;
    };
    for (;;) {
      const lease = this.#settings.leaseInterval * (0.9 + 0.2 * Math.random());
      await delay(requests.clock, Math.min(lease, MAX_DELAY), signal);
      signal.throwIfAborted();
      this.#status.enter('renewing');
      const next = await this.#next(requests, signal).catch(failed);
      if (next) {
        failures = 0;
        const previous = this.#current;
        const unproven = previous?.isHeld === true;
        this.#current = next;
        await previous?.close();
        // That another stream stands says nothing of what the engine had to tell.
        if (previous && next.silent) next.heard = previous.heard;
        // What has proven nothing so far is not proven by what is joined to it: the first line will show.
        if (unproven) next.passOthers();
        else this.#takeOver(next, lost);
        this.#status.renewals++;
      }
      this.#status.enter('streaming');
    }
  }

  /** Never resolves. Emits a reload `rescan` each time that one is due, at once where it was while there was no stream. */
  async #keepResyncing(signal: AbortSignal): Promise<never> {
    const { clock } = this.#engine;
    const { resyncInterval } = this.#settings;
    while (resyncInterval > 0) {
      this.#resyncAt ??= clock.monotonic() + resyncInterval * (0.9 + 0.2 * Math.random());
      const left = this.#resyncAt - clock.monotonic();
      if (left > 0) await delay(clock, Math.min(left, MAX_DELAY), signal);
      signal.throwIfAborted();
      if (clock.monotonic() < this.#resyncAt) continue;
      this.#resyncAt = undefined;
      this.#sink.reload('rescan');
    }
    return await until(new Promise<never>(() => {}), signal);
  }

  /** Never resolves. Reports a Podman that never emits, though its list changes. */
  async #compareSilence(requests: Requests, signal: AbortSignal): Promise<never> {
    let isReported = false;
    if (requests.readsLog) {
      await watchForMuteEngine(
        {
          engine: this.#engine,
          interval: this.#settings.livenessInterval,
          timeout: requests.timeout,
          isMute: () => this.#cursor?.anchor === undefined && this.#current?.silent === true,
          onContradiction: (error) => {
            if (!isReported) this.#sink.error(error);
            isReported = true;
            this.#tellGap();
          },
        },
        signal,
      );
    }
    return await until(new Promise<never>(() => {}), signal);
  }

  /** The one before may have been long in closing, and this one have brought more meanwhile than may be held. */
  #takeOver(next: Subscription, lost: () => void): void {
    if (next.overflowed) {
      lost();
      next.releaseAnew();
    } else {
      next.release();
    }
  }

  /** A subscription that stands beside the one there is, joined to our place; undefined where it cannot be joined. */
  async #next(requests: Requests, signal: AbortSignal): Promise<Subscription | undefined> {
    const cursor = this.#cursor as Cursor;
    const anchored = cursor.anchor !== undefined;
    const next = await Subscription.open(requests, cursor, this.#lines, signal);
    const joined = await orClose(
      next,
      anchored
        ? proveOverlap(next, cursor, requests, signal)
        : proveStanding(next, cursor, requests, signal).then(() => true),
    );
    if (joined && !next.overflowed) return next;
    await next.close();
    return undefined;
  }

  #tellOpen(how: 'reconnected' | 'gap'): void {
    this.#status.enter('streaming');
    this.#openSince = this.#engine.clock.monotonic();
    this.#reports.engineIsThere();
    if (!this.#openedBefore) this.#sink.opened();
    else {
      this.#status.reconnects++;
      this.#sink.reopened(how);
      if (how === 'gap' || this.#settings.forceReload === 'always') this.#sink.reload(how);
    }
    this.#openedBefore = true;
  }

  #tellLost(error: WatcherError): void {
    const wasOpen = this.#status.state === 'streaming' || this.#status.state === 'renewing';
    // That it was open shows that the engine was there, whatever was reported meanwhile.
    if (wasOpen) this.#reports.engineIsThere();
    this.#reports.report(error);
    if (wasOpen && this.#settings.forceReload === 'always') this.#sink.reload('disconnected');
    this.#status.enter('waiting');
  }
}

/** A subscription from a position that was just taken. */
interface Begun {
  readonly subscription: Subscription;
  /** Whether it is known to stand. */
  readonly isProven: boolean;
  readonly recent: RecentEvents | undefined;
}

/** All of an engine's memory, so that nothing depends on its clock; of a log, which may go back for years, its end. */
function replayFrom({ since }: Cursor, recent: RecentEvents | undefined, { readsLog }: Requests): bigint {
  if (!readsLog) return 0n;
  return recent && recent.from < since ? recent.from : since;
}

/** A place at the end of what the engine remembers; undefined where it keeps a log and cannot read it. */
async function findReadable(requests: Requests, signal: AbortSignal) {
  try {
    return await findPlace(requests, signal);
  } catch (error) {
    if (requests.readsLog && isWatcherError(error, 'ENGINE_FAULT')) return undefined;
    throw error;
  }
}

const endsEarly = (host: string) =>
  fault(
    'ENGINE_FAULT',
    `${host} ends its replay of events and brings nothing new, as Podman does where a line of its log is damaged. ` +
      'Events are followed from now on, and each reconnect is a gap: remove that line, or let the log be rotated.',
  );

const unreadable = (host: string, what: string) =>
  fault('PROTOCOL', `${host} sent ${what}; what it told of is unknown, so a reload is due.`);

/** Waits for a proof about a subscription; without one, the subscription is not left open. */
async function orClose<T>(subscription: Subscription, proof: Promise<T>): Promise<T> {
  try {
    return await proof;
  } catch (error) {
    await subscription.close();
    throw error;
  }
}
