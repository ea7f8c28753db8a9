import type { Clock, Timer } from '@watcher/core';
import type { EngineMessage } from './message.ts';

/** How many events wait for one slow listener. */
export const LISTENER_SLOTS = 1024;
/** How long, in milliseconds, a publisher waits for a slot. */
const PATIENCE = 100;
/** How many publishers can wait for one listener here, so that a burst does not fill the memory. */
const MOST_WAITING = 65_536;

interface Waiting {
  readonly message: EngineMessage;
  readonly until: number;
}

/**
 * One subscription. Events that its connection does not take wait in 1,024 slots; when these are full, a
 * publisher waits 100 ms for one and then drops the event, in silence.
 *
 * ```
 *   publish -> waiting (100 ms each) -> slots (1,024) -> write
 * ```
 */
export class Listener {
  readonly #clock: Clock;
  readonly #include: (message: EngineMessage) => boolean;
  /** Sends one event; false when the connection wants no more until `drained`. */
  readonly #write: (message: EngineMessage) => boolean;
  readonly #slots: EngineMessage[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #onRoom: () => void;
  #timer: Timer | undefined;
  #full = false;
  /** Events that this listener was not sent. */
  dropped = 0;

  constructor({ clock, include, write, onRoom = () => {} }: ListenerOptions) {
    this.#clock = clock;
    this.#onRoom = onRoom;
    this.#include = include;
    this.#write = write;
  }

  /** Whether a publisher waits for a slot. */
  get keepsWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  publish(message: EngineMessage): void {
    if (!this.#include(message)) return;
    if (!this.#full) this.#full = !this.#write(message);
    else if (this.#slots.length < LISTENER_SLOTS) this.#slots.push(message);
    else if (this.#waiting.length < MOST_WAITING) this.#wait(message);
    else this.dropped++;
  }

  /** Sends what the ring had; nothing of it is ever dropped, since no publisher waits. */
  replay(messages: readonly EngineMessage[]): void {
    for (const message of messages) this.#full = !this.#write(message);
  }

  /** The connection takes more. */
  drained(): void {
    this.#full = false;
    do {
      let taken = 0;
      while (!this.#full && taken < this.#slots.length) {
        this.#full = !this.#write(this.#slots[taken++] as EngineMessage);
      }
      this.#slots.splice(0, taken);
      for (const { message } of this.#waiting.splice(0, LISTENER_SLOTS - this.#slots.length)) {
        this.#slots.push(message);
      }
    } while (!this.#full && this.#slots.length > 0);
    if (this.#waiting.length === 0) this.#noneWaits();
  }

  close(): void {
    this.#slots.length = 0;
    this.#waiting.length = 0;
    this.#noneWaits();
  }

  #wait(message: EngineMessage): void {
    this.#waiting.push({ message, until: this.#clock.monotonic() + PATIENCE });
    this.#timer ??= this.#clock.setTimeout(() => this.#drop(), PATIENCE);
  }

  #drop(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    let late = this.#waiting.findIndex(({ until }) => until > now);
    if (late < 0) late = this.#waiting.length;
    this.#waiting.splice(0, late);
    this.dropped += late;
    const [next] = this.#waiting;
    if (next) this.#timer = this.#clock.setTimeout(() => this.#drop(), Math.max(1, next.until - now));
    else this.#noneWaits();
  }

  #noneWaits(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#onRoom();
  }
}

export interface ListenerOptions {
  readonly clock: Clock;
  readonly include: (message: EngineMessage) => boolean;
  readonly write: (message: EngineMessage) => boolean;
  /** Called when no publisher waits any more. */
  readonly onRoom?: () => void;
}
