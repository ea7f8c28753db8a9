import type { Clock } from '@watcher/core';

/**
 * - `events`: a batch of events, and with it a list
 * - `reload`: a batch with a ForceReload, and so a list of everything
 * - `change`: routes that came, changed or went
 * - `state`: a source is current, or away
 * - `error`: a fault, or a mistake in labels or in a file
 * - `story`: a step of the embedded engine's story
 */
export type TimelineKind = 'events' | 'reload' | 'change' | 'state' | 'error' | 'story';

export interface TimelineEntry {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: TimelineKind;
  readonly source: string;
  readonly text: string;
}

const MAX_ENTRIES = 200;
const MAX_TEXT = 300;

/** The latest entries, newest first. */
export class Timeline {
  readonly #clock: Clock;
  #entries: readonly TimelineEntry[] = [];
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get entries(): readonly TimelineEntry[] {
    return this.#entries;
  }

  add(kind: TimelineKind, source: string, text: string): void {
    const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
    const entry = { id: ++this.#lastId, at: this.#clock.now(), kind, source, text: short };
    this.#entries = [entry, ...this.#entries.slice(0, MAX_ENTRIES - 1)];
  }
}
