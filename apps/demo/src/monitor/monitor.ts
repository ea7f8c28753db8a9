import { type Clock, systemClock } from '@watcher/core';
import { describeChanges } from '../output/describe-changes.ts';
import type { RouteRegistry } from '../routes/registry.ts';
import { SourceMonitor } from './source-monitor.ts';
import { Timeline } from './timeline.ts';

/** The changes of one list that the timeline names. */
const MAX_CHANGES = 20;

/** Collects the state of the sources and the timeline, which the page shows. */
export class Monitor {
  readonly timeline: Timeline;
  readonly sources = new Map<string, SourceMonitor>();
  readonly #clock: Clock;

  constructor(registry: RouteRegistry, clock: Clock = systemClock) {
    this.#clock = clock;
    this.timeline = new Timeline(clock);
    registry.subscribe((applied, provider) => {
      const changes = describeChanges(applied);
      for (const { text } of changes.slice(0, MAX_CHANGES)) this.timeline.add('change', provider, text);
      if (changes.length > MAX_CHANGES)
        this.timeline.add('change', provider, `${changes.length - MAX_CHANGES} more changes`);
    });
  }

  /** Adds a source. Returns the observer for its provider. */
  source(name: string, place: string): SourceMonitor {
    const source = new SourceMonitor(name, place, { clock: this.#clock, timeline: this.timeline });
    this.sources.set(name, source);
    return source;
  }
}
