import type { Listener } from './listener.ts';
import type { EngineMessage } from './message.ts';
import { EventRing, type Replay } from './ring.ts';

/** Where events go: into the ring, and to everyone who listens. */
export class EventHub {
  readonly #ring: EventRing;
  readonly #listeners = new Set<Listener>();
  readonly #waitForRoom: (() => void)[] = [];
  #dropped = 0;
  #isMute = false;

  /** @param ringSize how many events are remembered */
  constructor(ringSize: number) {
    this.#ring = new EventRing(ringSize);
  }

  get subscribers(): number {
    return this.#listeners.size;
  }

  /** Events that a listener had no room for, in all. */
  get dropped(): number {
    return [...this.#listeners].reduce((sum, { dropped }) => sum + dropped, this.#dropped);
  }

  publish(message: EngineMessage): void {
    if (this.#isMute) return;
    this.#ring.add(message);
    for (const listener of this.#listeners) listener.publish(message);
  }

  /** Whether a listener keeps a publisher waiting. */
  get keepsWaiting(): boolean {
    for (const listener of this.#listeners) if (listener.keepsWaiting) return true;
    return false;
  }

  /** Resolves when none does any more, after 100 ms at the latest. */
  async room(): Promise<void> {
    while (this.keepsWaiting) await new Promise<void>((resolve) => this.#waitForRoom.push(resolve));
  }

  /** To be called when a listener no longer keeps a publisher waiting. */
  readonly hasRoom = (): void => {
    for (const resolve of this.#waitForRoom.splice(0)) resolve();
  };

  /** Replays and subscribes in one step, so that nothing falls between. Returns its undo. */
  subscribe(listener: Listener, replay: Replay): () => void {
    listener.replay(this.#ring.replay(replay));
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener)) this.#dropped += listener.dropped;
      listener.close();
    };
  }

  /** Whether what is asked of the past ends at a line that cannot be read. */
  get isDamaged(): boolean {
    return this.#ring.isDamaged;
  }

  /** From now on nothing is published. Returns its undo. */
  mute(): () => void {
    this.#isMute = true;
    return () => {
      this.#isMute = false;
    };
  }

  /** From now on no replay gets past what was published until now. Returns its undo. */
  damage(): () => void {
    return this.#ring.damage();
  }

  /** What a daemon forgets when it dies. */
  forget(): void {
    this.#ring.clear();
  }
}
