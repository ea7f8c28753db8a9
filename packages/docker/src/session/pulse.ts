import type { Clock } from '@watcher/core';
import { stopwatch } from './stopwatch.ts';

/** Milliseconds between two beats. */
export const BEAT = 50;

/** Called at each beat, with the milliseconds by which it was late. */
export type OnBeat = (lateness: number) => void;

const pulses = new WeakMap<Clock, Pulse>();

/**
 * Calls `onBeat` every {@link BEAT} milliseconds, late when this process stood still. One timer serves all who
 * share a clock, and none is left when nobody listens any more. Returns its undo.
 */
export function onPulse(clock: Clock, onBeat: OnBeat): () => void {
  let pulse = pulses.get(clock);
  if (!pulse) {
    pulse = new Pulse(clock);
    pulses.set(clock, pulse);
  }
  return pulse.add(onBeat);
}

class Pulse {
  readonly #clock: Clock;
  readonly #listeners = new Set<OnBeat>();
  #timer: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(listener: OnBeat): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#beat();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#clock.clearTimeout(this.#timer);
    };
  }

  #beat(): void {
    const elapsed = stopwatch(this.#clock);
    this.#timer = this.#clock.setTimeout(() => {
      const lateness = elapsed() - BEAT;
      for (const listener of this.#listeners) listener(lateness);
      if (this.#listeners.size > 0) this.#beat();
    }, BEAT);
  }
}
