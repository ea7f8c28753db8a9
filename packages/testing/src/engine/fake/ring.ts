import type { EngineMessage } from './message.ts';

/** The engine's memory: the latest events, in the order in which they were published. */
export class EventRing {
  readonly #size: number;
  #messages: EngineMessage[] = [];
  /** How many of them a replay can read; undefined: all. */
  #readable: number | undefined;

  /** @param size how many events it holds, of all types together */
  constructor(size: number) {
    this.#size = size;
  }

  add(message: EngineMessage): void {
    if (this.#messages.length === this.#size) {
      this.#messages.shift();
      if (this.#readable !== undefined) this.#readable = Math.max(0, this.#readable - 1);
    }
    this.#messages.push(message);
  }

  get isDamaged(): boolean {
    return this.#readable !== undefined;
  }

  /** From now on no replay gets past what is in it now. Returns its undo. */
  damage(): () => void {
    this.#readable = this.#messages.length;
    return () => {
      this.#readable = undefined;
    };
  }

  clear(): void {
    this.#messages = [];
  }

  /**
   * What a subscription is sent first. It walks from the newest back and stops at the first event that is older
   * than `since`, so an older one published later hides what lies behind it. An `until` of the epoch, or before it, is
   * no bound. Without `since` and `until`: nothing.
   */
  replay({ since, until, exclusive, include }: Replay): EngineMessage[] {
    if (since === undefined && until === undefined) return [];
    const isAfter = (time: bigint) =>
      until !== undefined && until > 0n && (exclusive ? time >= until : time > until);
    const replayed: EngineMessage[] = [];
    for (let place = (this.#readable ?? this.#messages.length) - 1; place >= 0; place--) {
      const message = this.#messages[place] as EngineMessage;
      if (since !== undefined && (exclusive ? message.timeNano <= since : message.timeNano < since)) break;
      if (isAfter(message.timeNano)) continue;
      if (include(message)) replayed.push(message);
    }
    return replayed.reverse();
  }
}

export interface Replay {
  /** Nanoseconds since the epoch. */
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  /** Whether an event of exactly `since` or `until` is left out, as Podman does. */
  readonly exclusive: boolean;
  readonly include: (message: EngineMessage) => boolean;
}
