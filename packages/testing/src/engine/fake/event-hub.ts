import type { Listener } from './listener.ts';
import type { EngineMessage } from './message.ts';
import { EventRing, type Replay } from './ring.ts';

/** Where events go: into the ring, and to everyone who listens. */
export class EventHub {
  readonly #ring = new EventRing();
  readonly #listeners = new Set<Listener>();

  get subscribers(): number {
    return this.#listeners.size;
  }

  publish(message: EngineMessage): void {
    this.#ring.add(message);
    for (const listener of this.#listeners) listener.publish(message);
  }

  /** Replays and subscribes in one step, so that nothing falls between. Returns its undo. */
  subscribe(listener: Listener, replay: Replay): () => void {
    listener.replay(this.#ring.replay(replay));
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      listener.close();
    };
  }

  /** What a daemon forgets when it dies. */
  forget(): void {
    this.#ring.clear();
  }
}
