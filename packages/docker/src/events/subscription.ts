import type { WatcherError } from '@watcher/core';
import { type LinkedAbort, linkAbort } from '../concurrency.ts';
import { causeOf } from '../errors/cause.ts';
import { fault } from '../errors/fault.ts';
import type { Requests } from '../history/requests.ts';
import { type Cursor, WINDOW } from './cursor.ts';
import { isTooLong, LineSplitter, MAX_HELD } from './line-splitter.ts';
import { engineTime } from './message.ts';

export interface SubscriptionSink {
  /** A line that no subscription on this cursor brought before. */
  line(line: string): void;
  /** The same of a line that was too long to be taken. */
  tooLong(): void;
  /** Something was missed that cannot be told of any more. */
  reload(reason: 'gap'): void;
}

/**
 * One open `GET /events`. It is read from its first moment, so that the engine never waits, but what it brings is
 * held until `release`: a consumer is to hear of a gap first.
 */
export class Subscription {
  /** Resolves when it brings its first line, replayed or live: the engine has subscribed. */
  readonly started: Promise<void>;
  /** Resolves when it brings a line that was seen before: it overlaps with what came until now. */
  readonly overlapped: Promise<void>;
  /** Resolves when it brings the line where the place is: all that stands before it in the ring has come. */
  readonly reached: Promise<void>;
  /** Resolves, with what happened, when it is over. */
  readonly ended: Promise<WatcherError>;
  /** When it last brought a line or a part of one, by the clock's `monotonic`. */
  heard: number;
  /** More was held than is allowed, and let go. Whoever finds this has to tell of a gap. */
  overflowed = false;

  readonly #cursor: Cursor;
  readonly #sink: SubscriptionSink;
  readonly #link: LinkedAbort;
  readonly #started = Promise.withResolvers<void>();
  readonly #overlapped = Promise.withResolvers<void>();
  readonly #reached = Promise.withResolvers<void>();
  #held: string[] | undefined = [];
  #heldLength = 0;
  #silent = true;
  #over = false;
  /** What it has handed on, until no replay can be coming any more: kept where that may bring what was dropped. */
  #news: Set<string> | undefined = new Set();

  private constructor(
    cursor: Cursor,
    sink: SubscriptionSink,
    link: LinkedAbort,
    ended: Promise<WatcherError>,
    heard: number,
  ) {
    this.#cursor = cursor;
    this.#sink = sink;
    this.#link = link;
    this.started = this.#started.promise;
    this.overlapped = this.#overlapped.promise;
    this.reached = this.#reached.promise;
    this.ended = ended;
    this.heard = heard;
  }

  /**
   * Subscribes from where the cursor stands. Resolves when the engine has answered 200, which does not yet mean
   * that it has subscribed.
   *
   * @throws {WatcherError} what {@link Requests.open} throws
   */
  static async open(
    requests: Requests,
    cursor: Cursor,
    sink: SubscriptionSink,
    signal: AbortSignal,
  ): Promise<Subscription> {
    const link = linkAbort(signal);
    const request = { since: engineTime(cursor.since) };
    // Until it is answered, much may come by another: what it brings again is told from news all the same.
    cursor.replayBegins();
    const { body } = await requests.open(request, link.signal).catch((error) => {
      cursor.replayEnded();
      link[Symbol.dispose]();
      throw error;
    });
    const ended = Promise.withResolvers<WatcherError>();
    const subscription = new Subscription(cursor, sink, link, ended.promise, requests.clock.monotonic());
    const splitter = new LineSplitter({ line: (line) => subscription.#line(line) });
    const end = (how: string, cause?: unknown) => {
      subscription.#over = true;
      link[Symbol.dispose]();
      ended.resolve(fault('CONNECTION_LOST', `The stream of events from ${requests.host} ${how}.`, cause));
    };
    body.on('data', (chunk) => {
      if (subscription.#over) return;
      if (splitter.write(chunk)) subscription.heard = requests.clock.monotonic();
    });
    body.on('end', () => end('was ended by the other side'));
    body.on('error', (error) => end('was cut', causeOf(error)));
    body.on('close', () => end('was closed'));
    const giveUp = () => {
      if (body.closed ?? !body.destroy) end('was given up'); // nothing more will be heard of it
      body.destroy?.();
    };
    if (link.signal.aborted) giveUp();
    else link.signal.addEventListener('abort', giveUp, { once: true });
    return subscription;
  }

  /** Whether it has not brought a single line so far. */
  get silent(): boolean {
    return this.#silent;
  }

  /** What it has brought and holds until it is released; undefined once it is. */
  get held(): readonly string[] | undefined {
    return this.#held;
  }

  /**
   * Hands on what was held, and from now on what comes, as it comes. Where the engine had dropped lines for us, those
   * may be among them, ahead of lines that were told of since: a gap is told in their place, since what they say may
   * not be so any more; unless a gap has told of them already.
   */
  release(): void {
    if (!this.#cursor.mayHaveDropped) {
      this.#handFrom(0);
      return;
    }
    const held = this.#held ?? [];
    // A replay comes in the engine's order, so that what is new before what was seen had been dropped.
    const listed = this.#cursor.lastListed(held);
    const dropped = this.#cursor.missing(held.slice(listed + 1, this.#known + 1));
    if (dropped.length === 0) {
      this.#handFrom(listed);
    } else {
      this.#sink.reload('gap');
      this.releaseAnew();
    }
  }

  /**
   * As {@link release}, for a place that was taken anew: what stands in the engine's ring before a line that was
   * there when the place was taken was there as well, whatever its time says after a clock was set back. So the
   * consumer, which lists now, is not told of it: what followed on it may not come again.
   */
  releaseAnew(): void {
    this.#cursor.listed();
    this.#handFrom(this.#known);
  }

  /** Resolves when its socket is closed. Nothing is handed on from here. */
  async close(): Promise<void> {
    this.#over = true;
    this.#stopHolding();
    this.#link.abort();
    await this.ended;
  }

  #line(line: string): void {
    if (this.#silent) {
      this.#silent = false;
      this.#started.resolve();
    }
    if (!this.#held) {
      this.#hand(line);
      return;
    }
    if (this.#cursor.has(line)) this.#overlapped.resolve();
    if (this.#cursor.isAt(line)) this.#reached.resolve();
    this.#hold(this.#held, line);
  }

  /** The place moves only with what is handed on: what a failed subscription held will be brought again. */
  #hand(line: string): void {
    if (!this.#cursor.take(line)) {
      if (this.#news?.size && !this.#news.has(line)) this.#toldTooLate();
      return;
    }
    if (this.#news && this.#cursor.mayHaveDropped && this.#news.add(line).size > WINDOW)
      this.#news = undefined;
    if (isTooLong(line)) this.#sink.tooLong();
    else this.#sink.line(line);
  }

  /** The last line that is held and was seen before, by its index; -1 for none. */
  get #known(): number {
    return (this.#held ?? []).findLastIndex((line) => this.#cursor.has(line));
  }

  /** Hands on what was held, but not what stands before `first`: a consumer that lists knows of that. */
  #handFrom(first: number): void {
    for (const [index, line] of this.#stopHolding().entries()) {
      if (index < first) this.#cursor.take(line);
      else this.#hand(line);
    }
  }

  /** What was seen before has come behind news of this replay: those had been dropped. */
  #toldTooLate(): void {
    this.#news = undefined;
    this.#sink.reload('gap');
  }

  #hold(held: string[], line: string): void {
    held.push(line);
    this.#heldLength += line.length;
    if (this.#heldLength <= MAX_HELD) return;
    held.length = 0;
    this.#heldLength = 0;
    this.overflowed = true;
  }

  #stopHolding(): string[] {
    if (!this.#held) return [];
    const held = this.#held;
    this.#held = undefined;
    this.#cursor.replayEnded();
    return held;
  }
}
