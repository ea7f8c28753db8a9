import type { ReloadReason } from '@watcher/core';
import type { Mode } from '../script/script.ts';
import type { Violate } from './deliveries.ts';

/** How many events an engine remembers. */
const RING = 256;

export interface ReloadsOptions {
  readonly mode: Mode;
  /** Whether the consumer holds so little, or reads so slowly, that it may fall behind. */
  readonly mayOverflow: boolean;
  readonly violate: Violate;
}

/**
 * The third oracle: no reload, and no error, comes without a cause.
 *
 * A `gap` needs a fault that no watcher can prove to have been harmless: the engine lost its memory, or so much
 * was published that it forgot what the watcher saw last; its clock was set back; it has told nothing yet that a
 * stream could be joined to; a line could not be read; the process stood still and the engine could not be asked
 * whether that mattered. Anything else that a reload or an error tells of needs a fault of any kind.
 */
export class Reloads {
  readonly #options: ReloadsOptions;
  /** Something may have cost the stream, or a request. */
  #disturbed = false;
  /** Something other than a standstill has. */
  #faulted = false;
  #stoodStill = false;
  #clockSetBack = false;
  #overrun = false;
  /** How many gaps there may be for what happened once. */
  #excused = 0;
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
    this.#faulted = true;
  }

  /** A process that is needed stood still. */
  standstill(): void {
    this.#disturbed = true;
    this.#stoodStill = true;
  }

  clockSetBack(): void {
    this.fault();
    this.#clockSetBack = true;
  }

  restarted(): void {
    this.fault();
    this.#excused++;
    this.#anchored = false;
    this.#anchoredFrom = this.#published;
  }

  /** Lines that are no events were sent, one on each of so many streams. */
  garbage(streams: number): void {
    this.fault();
    this.#excused += streams;
  }

  published(): void {
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
    this.#overrun = false;
    this.#known = this.#published - 1;
    this.#anchored = false;
    this.#anchoredFrom = 0;
  }

  /** All is well, and an event that was published since then has been delivered. */
  settled(): void {
    this.#disturbed = false;
    this.#faulted = false;
    this.#stoodStill = false;
    this.#clockSetBack = false;
    this.#excused = 0;
    this.newPlace();
    this.#anchored = true;
  }

  // What is told.

  error(code: string): void {
    if (!this.#disturbed) this.#violate(`error ${code} without a fault`);
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
        if (!this.#mayHaveLost()) this.#violate('a gap, without a fault that could not be proven harmless');
        if (this.#unreadable || !this.#overrun) this.#excused = Math.max(0, this.#excused - 1);
        if (!this.#unreadable) this.newPlace();
        if (this.#away) this.#away = undefined;
        break;
      case 'disconnected':
      case 'reconnected':
        if (mode === 'gap') this.#violate(`"${reason}" under 'gap'`);
        if (!this.#disturbed) this.#violate(`"${reason}" without a fault`);
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

  #mayHaveLost(): boolean {
    return (
      this.#excused > 0 ||
      this.#overrun ||
      this.#clockSetBack ||
      (this.#faulted && !this.#anchored) ||
      (this.#faulted && this.#stoodStill)
    );
  }

  #violate(what: string): void {
    this.#options.violate(what);
  }
}
