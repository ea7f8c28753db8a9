import type { Clock, WatcherEvent, WatchStream } from '@watcher/core';
import { formatEvent, isForceReload } from '@watcher/events';
import type { ProviderObserver, SourceState } from '../provider/observer.ts';
import { Rate } from './rate.ts';
import type { Timeline } from './timeline.ts';

/** The events of one batch that the timeline names. */
const MAX_NAMED = 5;

/** Collects the state, the counts and the last error of one source. */
export class SourceMonitor implements ProviderObserver {
  readonly name: string;
  readonly place: string;
  readonly events: Rate;
  readonly flushes: Rate;
  state: SourceState = 'connecting';
  /** When it came to that, in milliseconds since the epoch. */
  since: number;
  lastError: string | undefined;
  gaps = 0;

  readonly #clock: Clock;
  readonly #timeline: Timeline;
  #stream: WatchStream | undefined;

  constructor(name: string, place: string, { clock, timeline }: { clock: Clock; timeline: Timeline }) {
    this.name = name;
    this.place = place;
    this.#clock = clock;
    this.#timeline = timeline;
    this.since = clock.now();
    this.events = new Rate(clock);
    this.flushes = new Rate(clock);
  }

  get overflows(): number {
    return this.#stream?.stats.overflows ?? 0;
  }

  get received(): number {
    return this.#stream?.stats.received ?? 0;
  }

  opened(stream: WatchStream): void {
    this.#stream = stream;
  }

  flushed(batch: readonly WatcherEvent[]): void {
    this.events.add(batch.length);
    this.flushes.add(1);
    const reasons = batch.filter(isForceReload).map(({ reason }) => reason);
    this.gaps += reasons.filter((reason) => reason === 'gap').length;
    const named = batch
      .slice(0, MAX_NAMED)
      .map((event) => (isForceReload(event) ? `reload: ${event.reason}` : formatEvent(event)));
    const more = batch.length > MAX_NAMED ? `, and ${batch.length - MAX_NAMED} more` : '';
    this.#timeline.add(reasons.length > 0 ? 'reload' : 'events', this.name, `${named.join(', ')}${more}`);
  }

  entered(state: SourceState): void {
    if (state === this.state) return;
    this.state = state;
    this.since = this.#clock.now();
    const text = { connecting: 'connecting', current: 'up to date', away: 'away; the last good routes stay' }[
      state
    ];
    this.#timeline.add('state', this.name, text);
  }

  listed(problems: readonly string[]): void {
    this.lastError = problems[0];
  }

  failed(message: string): void {
    this.lastError = message;
    this.#timeline.add('error', this.name, message);
  }
}
