import { createHash } from 'node:crypto';
import { MAX_HELD } from './line-splitter.ts';
import { nanoseconds } from './message.ts';
import { RecentLines } from './recent-lines.ts';

/** The engine holds the latest 256 events of all types; twice that outlasts anything it can replay. */
export const WINDOW = 512;

/** Lines that may stand between what was read last and what was dropped behind it, in the sockets of both ends, and more. */
const PILE = 32_768;

/** A line longer than this, in characters, is kept as its digest, so that the window stays small. */
const LONG_LINE = 16_384;

/** What an entry of a set costs beside its text, in characters. */
const ENTRY_COST = 64;

/** How far behind the anchor a replay starts: events of one moment may stand in the ring in another order. */
const OVERLAP = 1_000_000_000n;

/**
 * Where in the engine's stream of events we are: the latest lines of any type, as they came.
 *
 * A line is its own identity. The engine writes one event the same way each time, down to the nanosecond, the
 * type, the action and the ID; and comparing text costs nothing while nothing is compared. So while a stream
 * flows, keeping the place is one store per line; only while a replay may bring lines again are they looked up.
 */
export class Cursor {
  /** Lines that came again, so far. */
  duplicates = 0;
  /** How often the engine may have dropped lines for us. */
  drops = 0;
  readonly #window: string[] = [];
  #count = 0;
  #anchor: string | undefined;
  /** Lines other than events, and events of a swarm: known when they come again, but never a position. */
  readonly #others = new RecentLines(WINDOW / 2);
  /** What was seen, while replays are being told from news. */
  #seen: Set<string> | undefined;
  /** Characters in `#seen` beyond those of the window that it began with. */
  #seenLength = 0;
  /** How often `#seen` grew beyond its bound while a replay was under way. */
  #overruns = 0;
  /** How many replays have begun and not ended. */
  #replays = 0;
  /** Until how many lines in all have come, `#seen` is needed after the last replay. */
  #seenUntil = 0;
  /** Until how many lines in all have come, a replay may bring what was dropped. */
  #droppedUntil = 0;
  /** How many lines in all had come when the consumer was last told to list. */
  #listed = 0;
  #bell = Number.POSITIVE_INFINITY;
  #ring = () => {};
  /** Where to start while no line was ever seen, in nanoseconds. */
  readonly #start: bigint;
  readonly #isComplete: boolean;

  /**
   * @param start the engine's time before the first subscription, in nanoseconds
   * @param isComplete whether it is given all that the engine remembers; or else only what comes from then on
   */
  constructor(start: bigint, isComplete = true) {
    this.#start = start;
    this.#isComplete = isComplete;
  }

  /**
   * The last line that came, of whatever type, new or brought again: a replay comes in the order of the engine's
   * ring, so its end is where the ring ends, whatever the lines say of their time.
   */
  get anchor(): string | undefined {
    return this.#anchor;
  }

  /** How many lines were taken. */
  get count(): number {
    return this.#count;
  }

  /** The engine may have dropped lines for us: a replay that reaches back to them brings them late, out of turn. */
  dropped(): void {
    this.drops++;
    this.#droppedUntil = this.#count + PILE;
  }

  /** Whether it may have, not longer ago than a replay may reach. */
  get mayHaveDropped(): boolean {
    return this.#count < this.#droppedUntil;
  }

  /** The consumer is told to list: it needs to hear no more of what stands before anything that was taken by now. */
  listed(): void {
    this.#listed = this.#count;
  }

  /** The last of these lines that was taken before the consumer was told to list, by its index; -1 for none. */
  lastListed(lines: readonly string[]): number {
    const listed = new Set<string>();
    for (let at = Math.max(0, this.#count - WINDOW); at < this.#listed; at++) {
      listed.add(this.#window[at % WINDOW] as string);
    }
    return lines.findLastIndex((line) => listed.has(identity(line)));
  }

  /** Calls `ring` once so many lines were taken, before one more is. In place of what was asked for before. */
  ringAt(count: number, ring: () => void): void {
    this.#bell = count;
    this.#ring = ring;
  }

  /** Takes a line: the place is behind it now. False when it was taken before, and is brought again. */
  take(line: string): boolean {
    if (this.#count >= this.#bell) this.#ring();
    const kept = identity(line);
    this.#anchor = kept;
    if (this.#seen) {
      if (this.#seen.has(kept)) {
        this.duplicates++;
        return false;
      }
      this.#remember(this.#seen, kept);
    }
    this.#window[this.#count++ % WINDOW] = kept;
    return true;
  }

  /**
   * Takes a line that is no position to resume from. False when it was taken before.
   *
   * @param isExpected whether a bounded query answers with it, so that it must not count as missing
   */
  takeOther(line: string, isExpected: boolean): boolean {
    const kept = identity(line);
    if (!this.#others.add(kept)) return false;
    if (isExpected) this.#window[this.#count++ % WINDOW] = kept;
    return true;
  }

  /** Takes lines that a gap has reported, so that they do not count as missing again. The position stays. */
  acknowledge(lines: readonly string[]): void {
    for (const line of lines) {
      const kept = identity(line);
      this.#seen?.add(kept);
      this.#window[this.#count++ % WINDOW] = kept;
    }
  }

  /** Whether a line that it does not know was never delivered. */
  get knowsAll(): boolean {
    return this.#isComplete && this.#count <= WINDOW;
  }

  /**
   * How often more lines came during one replay than can be told from it. A subscription during which this has moved
   * may bring lines again as new ones.
   */
  get overruns(): number {
    return this.#overruns;
  }

  /** Whether a line was taken before. */
  has(line: string): boolean {
    const kept = identity(line);
    return this.#seen?.has(kept) || this.#window.includes(kept);
  }

  /** Whether a line is the one where the place is. */
  isAt(line: string): boolean {
    return this.#anchor === identity(line);
  }

  /** Which of these lines were not taken. */
  missing(lines: readonly string[]): string[] {
    const window = new Set(this.#window);
    return lines.filter((line) => {
      const kept = identity(line);
      return !window.has(kept) && !this.#seen?.has(kept);
    });
  }

  /** From now on lines that came before are told from new ones, until {@link replayEnded} says otherwise. */
  replayBegins(): void {
    // Anew for the first of them: what an earlier replay needed is out of every replay's reach.
    if (this.#replays === 0) this.#restart();
    this.#replays++;
  }

  /** They are for as many lines more as the window holds: what was replayed may still come live, too. */
  replayEnded(): void {
    this.#replays--;
    this.#seenUntil = this.#count + WINDOW;
  }

  /** When the place is, by the engine's clock, in nanoseconds. A line that is no event, or stands for one too long, has none. */
  get time(): bigint {
    const time = this.anchor === undefined ? undefined : nanoseconds(this.anchor);
    return time ?? this.#latestTime() ?? this.#start;
  }

  /** Where a subscription has to start so that nothing falls between: `since` of the request, in nanoseconds. */
  get since(): bigint {
    return atLeastZero(this.time - OVERLAP);
  }

  /** Where a bounded query has to end to show the place: `until` of the request, in nanoseconds. */
  get until(): bigint {
    return this.time + 1n;
  }

  #restart(): void {
    this.#seen = new Set(this.#window);
    this.#seenLength = 0;
  }

  /** Bounded in lines after a replay, and in characters while one is under way. */
  #remember(seen: Set<string>, kept: string): void {
    if (this.#replays === 0 && this.#count >= this.#seenUntil) {
      this.#seen = undefined;
      return;
    }
    seen.add(kept);
    this.#seenLength += kept.length + ENTRY_COST;
    if (this.#seenLength <= MAX_HELD) return;
    this.#overruns++;
    this.#restart();
  }

  /** The time of the latest line in the window that has one. */
  #latestTime(): bigint | undefined {
    for (let back = 1; back <= this.#window.length; back++) {
      const time = nanoseconds(this.#window[(this.#count - back) % WINDOW] as string);
      if (time !== undefined) return time;
    }
    return undefined;
  }
}

function atLeastZero(time: bigint): bigint {
  return time < 0n ? 0n : time;
}

/** What stands for a line: itself, or if it is long its digest, from which the time can still be read. */
function identity(line: string): string {
  if (line.length <= LONG_LINE) return line;
  return `${createHash('sha256').update(line).digest('base64')} "timeNano":${nanoseconds(line) ?? 0n}`;
}
