import type { ReloadReason } from '@watcher/core';
import type { Mode } from '../script/script.ts';
import type { Violate } from './deliveries.ts';

/** How many events an engine remembers. */
const RING = 256;

/** How many it holds for a listener before it drops any, less what a watcher may take for them. */
const PILE = 900;

/** How long after its last line a run of unreadable lines may cost one gap more, in milliseconds: a second, and slack. */
const RUN = 1500;

/** How long after a standstill what piled up may still be read, in milliseconds: the watcher looks every 50. */
const READING = 250;

/** What had been published when a process stood still, and until when that matters. */
interface Standstill {
  readonly published: number;
  readonly until: number;
}

export interface ReloadsOptions {
  readonly mode: Mode;
  /** Whether the consumer holds so little, or reads so slowly, that it may fall behind. */
  readonly mayOverflow: boolean;
  /** For how many milliseconds after a fault is over what was asked under it may still be answered, or not be. */
  readonly aftermath: number;
  /** Whether the consumer hears of an error before what is told behind it, and not before what is told ahead of it. */
  readonly inOrder: boolean;
  readonly violate: Violate;
}

/**
 * The third oracle: no reload, and no error, comes without a cause.
 *
 * A `gap` needs a fault that no watcher can prove to have been harmless: the engine lost its memory, or so much
 * was published that it forgot what the watcher saw last; its clock was set back; it has told nothing yet that a
 * stream could be joined to; a line could not be read; Podman ended a stream that had brought nothing new, as it does
 * where its log is damaged; the process stood still while more came than the engine holds for it. Anything else that a reload or an error tells of needs a fault of any kind.
 */
export class Reloads {
  readonly #options: ReloadsOptions;
  /** Something may have cost the stream, or a request. */
  #disturbed = false;
  #stoodStill: Standstill | undefined;
  /** When the last fault was over, and until when it may still be told of, by `performance.now`. */
  #aftermathUntil = 0;
  #calmAt = 0;
  /** When how much had been published, for the last seconds. */
  readonly #history: { readonly at: number; readonly published: number }[] = [];
  #clockSetBack = false;
  #overrun = false;
  /** The consumer may hear only now of what was told long ago, and how the engine stood then is not known. */
  #hearsLate = false;
  /** How often the engine lost its memory and no gap has told of it. */
  #restarts = 0;
  /** How many lines that are no events were sent and no gap has told of them. */
  #garbage = 0;
  /** How many unreadable lines of a run may be reported by one gap more, and until when, by `performance.now`. */
  #runs = { lines: 0, until: 0 };
  /** Streams of a Podman were ended by the other side. */
  #endedEarly = false;
  /** What was told last was an error about a line that is no event: the gap that follows is no new place. */
  #unreadable = false;
  /** From which event on one has to have arrived, for the watcher to have something to join a stream to. */
  #anchoredFrom = 0;
  #anchored = false;
  #published = 0;
  /** The last event that the watcher certainly knows, or knows that it may have missed. */
  #known = -1;
  /** Under 'always': whether the consumer was told that the engine is away. Undefined: either may come next. */
  #away: boolean | undefined = false;

  constructor(options: ReloadsOptions) {
    this.#options = options;
  }

  // What happens.

  /** Something goes wrong, or may, between the engine and the watcher. */
  fault(): void {
    this.#disturbed = true;
  }

  /** A process that is needed has stood still for so many milliseconds. */
  standstill(ms: number): void {
    this.#disturbed = true;
    const now = performance.now();
    const before = this.#history.findLast(({ at }) => at < now - ms - READING)?.published ?? 0;
    const earlier = this.#stoodStill;
    const published = earlier && earlier.until > now - ms ? Math.min(earlier.published, before) : before;
    this.#stoodStill = { published, until: now + READING };
  }

  clockSetBack(): void {
    this.fault();
    this.#clockSetBack = true;
  }

  restarted(): void {
    this.fault();
    this.#restarts++;
    this.#anchored = false;
    this.#anchoredFrom = this.#published;
  }

  /** Lines that are no events were sent, one on each of so many streams. */
  garbage(streams: number): void {
    this.fault();
    this.#garbage += streams;
  }

  /** Podman ended its streams: one that brought nothing new proves nothing. */
  endedEarly(): void {
    this.fault();
    this.#endedEarly = true;
  }

  /** The consumer takes nothing, and goes on some time. */
  readingPaused(): void {
    this.#hearsLate = true;
  }

  published(): void {
    this.#remember();
    this.#published++;
    if (this.#published - 1 - this.#known >= RING) this.#overrun = true;
  }

  /** An event was delivered. */
  arrived(index: number): void {
    this.#unreadable = false;
    this.#known = Math.max(this.#known, index);
    if (index >= this.#anchoredFrom) this.#anchored = true;
  }

  /**
   * The watcher stands where the engine is now. What has been there for less than one of the engine's seconds it may
   * not know yet, and that may be all there is: until an event comes it may have nothing to join a stream to.
   */
  newPlace(): void {
    if (!this.#hearsLate) this.#overrun = false;
    this.#known = this.#published - 1;
    this.#anchored = false;
    this.#anchoredFrom = 0;
  }

  /** Every fault is over; what the watcher makes of it is still to come. */
  calmed(): void {
    this.#calmAt = performance.now();
  }

  /** All is well, and an event that was published since then has been delivered. */
  settled(): void {
    if (this.#disturbed) this.#aftermathUntil = this.#calmAt + this.#options.aftermath;
    this.#disturbed = false;
    this.#clockSetBack = false;
    this.#endedEarly = false;
    this.#restarts = 0;
    if (this.#garbage > 0) this.#runs = { lines: this.#garbage, until: performance.now() + RUN };
    this.#garbage = 0;
    this.#hearsLate = false;
    this.newPlace();
    this.#anchored = true;
  }

  // What is told.

  error(code: string): void {
    if (!this.#mayBreak()) this.#violate(`error ${code} without a fault`);
    this.#unreadable = code === 'PROTOCOL';
  }

  reload(reason: ReloadReason): void {
    this.#judge(reason);
    this.#unreadable = false;
  }

  #judge(reason: ReloadReason): void {
    const { mode, mayOverflow } = this.#options;
    switch (reason) {
      case 'gap':
        if (!this.#explainsGap()) this.#violate('a gap, without a fault that could not be proven harmless');
        if (!this.#unreadable) this.newPlace();
        if (this.#away) this.#away = undefined;
        break;
      case 'disconnected':
      case 'reconnected':
        if (mode === 'gap') this.#violate(`"${reason}" under 'gap'`);
        if (!this.#mayBreak() && !this.#away) this.#violate(`"${reason}" without a fault`);
        if (this.#away !== undefined && this.#away === (reason === 'disconnected')) {
          this.#violate(`"${reason}" out of turn`);
        }
        this.#away = reason === 'disconnected';
        break;
      case 'overflow':
        if (!mayOverflow) this.#violate('an overflow of a consumer that keeps up');
        this.#away = undefined;
        break;
      case 'rescan':
        this.#violate('a rescan, of which an engine has none');
    }
  }

  /** Whether something explains a gap; what can explain one only is used up by it. */
  #explainsGap(): boolean {
    if (this.#unreadable && this.#garbage > 0 && this.#options.inOrder) {
      this.#garbage--;
      return true;
    }
    if (this.#overrun && (this.#disturbed || !this.#anchored)) return true;
    if (this.#clockSetBack || (this.#disturbed && !this.#anchored)) return true;
    if (this.#mayHavePiledUp() || this.#endedEarly) return true;
    if (this.#restarts > 0) {
      this.#restarts--;
      return true;
    }
    // A consumer that reads late hears of the error before, and of other things in between.
    if (this.#garbage > 0) {
      this.#garbage--;
      return true;
    }
    return this.#runs.lines-- > 0 && performance.now() < this.#runs.until;
  }

  /** Whether a stream or a request may end badly. */
  #mayBreak(): boolean {
    return this.#disturbed || performance.now() < this.#aftermathUntil;
  }

  /** Whether so much was published around a standstill that the engine may have dropped some of it. */
  #mayHavePiledUp(): boolean {
    const { published, until } = this.#stoodStill ?? { published: 0, until: 0 };
    return performance.now() < until && this.#published - published >= PILE;
  }

  #remember(): void {
    const now = performance.now();
    if (now - (this.#history.at(-1)?.at ?? 0) < 10) return;
    this.#history.push({ at: now, published: this.#published });
    if (this.#history.length > 1000) this.#history.splice(0, 500);
  }

  #violate(what: string): void {
    this.#options.violate(what);
  }
}
