import type { Timer, WatcherError } from '@watcher/core';
import { type LinkedAbort, linkAbort } from '../concurrency.ts';
import { causeOf } from '../errors/cause.ts';
import { fault } from '../errors/fault.ts';
import { cannotRead, type Requests } from '../history/requests.ts';
import { type Cursor, WINDOW } from './cursor.ts';
import { type EngineLine, readLine } from './engine-line.ts';
import { LineSplitter, MAX_HELD } from './line-splitter.ts';
import { type EngineMessage, engineTime, nanoseconds } from './message.ts';

export interface SubscriptionSink {
  /** An event that no subscription on this cursor brought before. Undefined: one that no filter can select. */
  event(message: EngineMessage | undefined): void;
  /** A line that may have been an event. */
  unreadable(): void;
  /** An event that was too long to be taken, maybe. No subscription on this cursor brought it before. */
  oversized(): void;
  /** Events were missed that cannot be delivered in order any more. */
  gap(): void;
}

/** Events that the engine's list may not show yet. */
export interface RecentEvents {
  /** Where they begin and end, in the engine's nanoseconds. */
  readonly from: bigint;
  readonly until: bigint;
  /** Those that a bounded query answers with, oldest first. */
  readonly lines: readonly string[];
}

/** A line that is no error object: that one ends the subscription. */
type Line = Exclude<EngineLine, { kind: 'fault' }>;

/** What is kept of a line that has to wait. */
type Held = Pick<Line, 'kind' | 'text'>;

/**
 * One open `GET /events`. It is read from its first moment, so that the engine never waits, but what it brings is
 * held until `release`: a consumer has to receive a gap first.
 */
export class Subscription {
  /** Resolves when it brings its first event, replayed or live: the engine has subscribed. */
  readonly started: Promise<void>;
  /** Resolves when it brings an event that was seen before: it overlaps with what came until now. */
  readonly overlapped: Promise<void>;
  /** Resolves when it brings the line where the place is: all that stands before it in the ring has come. */
  readonly reached: Promise<void>;
  /** Resolves, with what happened, when it is over. */
  readonly ended: Promise<WatcherError>;
  /** When it last brought a line or a part of one, by the clock's `monotonic`. */
  heard: number;

  readonly #cursor: Cursor;
  readonly #sink: SubscriptionSink;
  readonly #link: LinkedAbort;
  readonly #started = Promise.withResolvers<void>();
  readonly #overlapped = Promise.withResolvers<void>();
  readonly #reached = Promise.withResolvers<void>();
  readonly #overrunsBefore: number;
  /** From when on the engine replays, in nanoseconds. */
  readonly #since: bigint;
  #held: Held[] | undefined = [];
  #heldLength = 0;
  #heldTooMuch = false;
  /** Whether lines other than events are delivered although it holds what it brings. */
  #passesOthers = false;
  #silent = true;
  #over = false;
  #endedItself = false;
  #broughtNews = false;
  /** New events that it has delivered, until no replay can be coming any more. */
  #news: Set<string> | undefined = new Set();
  /** When the first of these happened, in nanoseconds. */
  #newsFrom: bigint | undefined;

  private constructor(
    cursor: Cursor,
    sink: SubscriptionSink,
    link: LinkedAbort,
    ended: Promise<WatcherError>,
    heard: number,
    since: bigint,
  ) {
    this.#cursor = cursor;
    this.#sink = sink;
    this.#link = link;
    this.started = this.#started.promise;
    this.overlapped = this.#overlapped.promise;
    this.reached = this.#reached.promise;
    this.ended = ended;
    this.heard = heard;
    this.#overrunsBefore = cursor.overruns;
    this.#since = since;
  }

  /**
   * Subscribes from where the cursor stands, from an earlier time in nanoseconds, or from now on. Resolves when the engine has answered 200, which does
   * not yet mean that it has subscribed.
   *
   * @throws {WatcherError} what {@link Requests.open} throws
   */
  static async open(
    requests: Requests,
    cursor: Cursor,
    sink: SubscriptionSink,
    signal: AbortSignal,
    from: bigint | 'now' = cursor.since,
  ): Promise<Subscription> {
    const { clock, host, timeout } = requests;
    const link = linkAbort(signal);
    const since = from === 'now' ? cursor.since : from;
    const request = from === 'now' ? {} : { since: engineTime(since) };
    // Until it is answered, much may come by another: what it brings again is told from news all the same.
    cursor.replayBegins();
    const { body } = await requests.open(request, link.signal).catch((error) => {
      cursor.replayEnded();
      link[Symbol.dispose]();
      throw error;
    });
    const ended = Promise.withResolvers<WatcherError>();
    const subscription = new Subscription(cursor, sink, link, ended.promise, clock.monotonic(), since);
    let flushTimer: Timer | undefined;
    const end = (error: WatcherError) => {
      subscription.#over = true;
      clock.clearTimeout(flushTimer);
      link[Symbol.dispose]();
      ended.resolve(error);
    };
    const lose = (how: string, cause?: unknown) =>
      end(fault('CONNECTION_LOST', `The stream of events from ${host} ${how}.`, cause));
    const endItself = () => {
      const isSoon = clock.monotonic() - subscription.heard < timeout;
      subscription.#endedItself = !subscription.#over && from !== 'now' && isSoon;
    };
    const splitter = new LineSplitter({
      line(text) {
        if (subscription.#over) return;
        const line = readLine(text);
        if (line.kind !== 'fault') {
          subscription.#line(line);
          return;
        }
        endItself();
        end(cannotRead(host, line.reason));
        body.destroy?.();
      },
    });
    body.on('data', (chunk) => {
      if (subscription.#over) return;
      if (splitter.write(chunk)) subscription.heard = clock.monotonic();
      clock.clearTimeout(flushTimer);
      flushTimer = splitter.hasPartialLine
        ? clock.setTimeout(() => splitter.flush(), UNTERMINATED_MS)
        : undefined;
    });
    body.on('end', () => {
      splitter.flush();
      endItself();
      lose('was ended by the other side');
    });
    body.on('error', (error) => lose('was cut', causeOf(error)));
    body.on('close', () => lose('was closed'));
    const giveUp = () => {
      if (body.closed ?? !body.destroy) lose('was given up'); // nothing more will be heard of it
      body.destroy?.();
    };
    if (link.signal.aborted) giveUp();
    else link.signal.addEventListener('abort', giveUp, { once: true });
    return subscription;
  }

  /** Whether it has not brought a single event so far. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Whether it still holds what it brings. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** What it has brought and holds, of what a bounded query answers with. */
  get held(): readonly string[] {
    return expectedIn(this.#held ?? []);
  }

  /** More was held, or came beside it, than is allowed: a gap is due before anything of it is delivered. */
  get overflowed(): boolean {
    return this.#heldTooMuch || this.#cursor.overruns !== this.#overrunsBefore;
  }

  /**
   * Whether the other side ended it, not long after its last line, and it brought nothing new. An engine whose log has
   * a line that it cannot read ends each replay there, whatever has happened since.
   */
  get endedWithoutNews(): boolean {
    return this.#endedItself && !this.#broughtNews;
  }

  /**
   * Delivers what was held, and from now on what comes, as it comes. A replay comes in the engine's order, so that an
   * event that is new before one that was seen had been dropped: a gap is due in its place, since what it says may not
   * be so any more, unless a gap has reported it already.
   */
  release(): void {
    const held = this.#held ?? [];
    const texts = held.map(({ text }) => text);
    const last = this.#lastKnown;
    const listed = this.#cursor.lastListed(texts);
    // A log may be replayed from further back than the cursor knows: what it begins with was delivered long ago.
    const first = this.#cursor.knowsAll
      ? 0
      : Math.max(
          0,
          held.findIndex((line) => this.#knows(line)),
        );
    const passed = this.#cursor.missing(expectedIn(held.slice(Math.max(first, listed + 1), last + 1)));
    const then = nanoseconds(texts[last] ?? '');
    if (passed.some((line) => this.#wasDropped(nanoseconds(line), then))) {
      this.#sink.gap();
      this.releaseAnew();
    } else {
      this.#handFrom(this.#cursor.mayHaveDropped ? Math.max(first, listed) : first);
    }
  }

  /**
   * As {@link release}, for a place that was taken anew: what stands in the engine's ring before a line that was
   * there when the place was taken was there as well, whatever its time says after a clock was set back. So the
   * consumer, which lists now, does not receive it: what followed on it may not come again.
   */
  releaseAnew(): void {
    this.#cursor.listed();
    this.#handFrom(this.#lastKnown);
  }

  /**
   * As {@link releaseAnew}, but delivers the events of the last seconds again, and without a hole: a part of them could
   * end in a state that is not the last one. A clock that was set back makes such holes, since older events are in the
   * engine's future then, where a bounded query does not find them and a replay by time finds only some. So a replay of
   * all that the engine remembers is delivered from the first of them on, and any other from behind the last of them.
   */
  releaseAgain({ from, until, lines }: RecentEvents): void {
    const held = this.#held ?? [];
    const lastKnown = this.#lastKnown;
    const isFuture = ({ text }: Held) => (nanoseconds(text) ?? 0n) > until + SECOND;
    const future = this.#since === 0n ? -1 : held.slice(0, lastKnown + 1).findLastIndex(isFuture);
    const recent = held.findIndex(({ text }, index) => index > future && (nanoseconds(text) ?? 0n) >= from);
    const first = recent === -1 ? held.length : recent;
    const replayed = new Set(held.slice(first).map(({ text }) => text));
    // The engine may have dropped the oldest from its memory since it was asked for them.
    const shared = lines.findIndex((text) => replayed.has(text));
    const evicted = shared === -1 ? lines : lines.slice(0, shared);
    this.#cursor.listed();
    if (future === -1) for (const text of evicted) this.#deliverAgain(reread({ text }));
    for (const [index, line] of this.#stopHolding().entries()) {
      if (index > lastKnown) {
        this.#hand(reread(line), true);
      } else {
        if (index >= first) this.#deliverAgain(reread(line));
        this.#take(line);
      }
    }
  }

  /** Delivers lines other than events as they come, until {@link release}: there is no event that they could overtake. */
  passOthers(): void {
    this.#passesOthers = true;
    const held = this.#held ?? [];
    if (this.#silent) for (const line of held.splice(0)) this.#hand(reread(line), true);
  }

  /** Resolves when its socket is closed. Nothing is handed on from here. */
  async close(): Promise<void> {
    this.#over = true;
    this.#stopHolding();
    this.#link.abort();
    await this.ended;
  }

  #line(line: Line): void {
    if (isExpected(line)) this.#note(line);
    if (this.#held && !(this.#passesOthers && this.#silent)) this.#hold(this.#held, line);
    else this.#hand(line);
  }

  #note(line: Line): void {
    if (this.#silent) {
      this.#silent = false;
      this.#started.resolve();
    }
    if (!this.#held) return;
    if (!this.#cursor.has(line.text)) this.#broughtNews = true;
    else if (line.kind === 'event') this.#overlapped.resolve();
    if (line.kind === 'event' && this.#cursor.isAt(line.text)) this.#reached.resolve();
  }

  /** The place moves only with what is handed on: what a failed subscription held will be brought again. */
  #hand(line: Line, isReplay = false): void {
    if (line.kind !== 'event') {
      this.#handOther(line, isReplay);
    } else if (this.#cursor.take(line.text)) {
      this.#broughtNews = true;
      this.#keepNews(line.text);
      this.#sink.event(line.message);
    } else if (this.#news?.size && !this.#news.has(line.text)) {
      // An event that was seen before has come behind new ones of this replay.
      if (!this.#wasDropped(this.#newsFrom, nanoseconds(line.text))) return;
      this.#news = undefined;
      this.#sink.gap();
    }
  }

  #handOther(line: Exclude<Line, { kind: 'event' }>, isReplay: boolean): void {
    const isNew = this.#cursor.takeOther(line.text, isExpected(line));
    if (line.kind === 'unreadable') {
      if (isNew || !isReplay) this.#sink.unreadable();
    } else if (isNew) {
      if (line.kind === 'swarm') this.#sink.event(line.message);
      else this.#sink.oversized();
    }
  }

  #keepNews(text: string): void {
    if (!this.#news) return;
    if (this.#news.add(text).size > WINDOW) {
      this.#news = undefined;
      return;
    }
    const time = nanoseconds(text);
    if (time !== undefined && !(this.#newsFrom !== undefined && this.#newsFrom <= time))
      this.#newsFrom = time;
  }

  /**
   * Whether a new event that comes before one that was seen was dropped: two of one moment may change places, and an
   * event that is older than the replay was not asked for.
   */
  #wasDropped(time: bigint | undefined, then: bigint | undefined): boolean {
    if (this.#cursor.mayHaveDropped) return true;
    return time !== undefined && then !== undefined && time >= this.#since && then - time > MOMENT;
  }

  #knows(line: Held): boolean {
    return isExpected(line) && this.#cursor.has(line.text);
  }

  /** The last line that is held and was seen before, by its index; -1 for none. */
  get #lastKnown(): number {
    return (this.#held ?? []).findLastIndex((line) => this.#knows(line));
  }

  /** Hands on what was held, but not what stands before `first`: a consumer that lists knows of that. */
  #handFrom(first: number): void {
    for (const [index, line] of this.#stopHolding().entries()) {
      if (index >= first) this.#hand(reread(line), true);
      else this.#take(line);
    }
  }

  #take(line: Held): void {
    if (line.kind === 'event') this.#cursor.take(line.text);
    else this.#cursor.takeOther(line.text, isExpected(line));
  }

  /** Delivers an event whether or not it was delivered before. One beyond the limits is left to the list. */
  #deliverAgain(line: Line): void {
    if (line.kind === 'event' && line.message && !line.message.isTooLarge) this.#sink.event(line.message);
  }

  #hold(held: Held[], { kind, text }: Held): void {
    held.push({ kind, text });
    this.#heldLength += text.length + LINE_COST;
    if (this.#heldLength <= MAX_HELD) return;
    held.length = 0;
    this.#heldLength = 0;
    this.#heldTooMuch = true;
  }

  #stopHolding(): Held[] {
    if (!this.#held) return [];
    const held = this.#held;
    this.#held = undefined;
    this.#cursor.replayEnded();
    return held;
  }
}

/** An engine writes an event and its newline at once; a proxy on the way may drop newlines. Milliseconds. */
const UNTERMINATED_MS = 500;

/** What a held line costs beside its text, in characters. */
const LINE_COST = 64;

/** To which an engine tells its time, in nanoseconds. */
const SECOND = 1_000_000_000n;

/** Events that happen at the same time may stand in the engine's memory in another order, in nanoseconds. */
const MOMENT = 100_000_000n;

/** Whether a bounded query answers with such a line. */
function isExpected({ kind }: Held): boolean {
  return kind === 'event' || kind === 'oversized';
}

function expectedIn(lines: readonly Held[]): string[] {
  return lines.filter(isExpected).map(({ text }) => text);
}

function reread({ text }: Pick<Held, 'text'>): Line {
  return readLine(text) as Line;
}
