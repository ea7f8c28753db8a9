import { type Clock, systemClock } from '@watcher/core';
import { describeChanges } from '../output/describe-changes.ts';
import type { RouteRegistry } from '../routes/registry.ts';
import { SourceMonitor } from './source-monitor.ts';
import { Timeline } from './timeline.ts';

/** The changes of one list that the timeline names. */
const MAX_CHANGES = 20;

/** What the page shows beside the route table: the sources, and what happened. */
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

  /** Adds a source, and returns what its provider reports to. */
  source(name: string, place: string): SourceMonitor {
    const source = new SourceMonitor(name, place, { clock: this.#clock, timeline: this.timeline });
    this.sources.set(name, source);
    return source;
  }
}
