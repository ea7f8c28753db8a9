import { channel } from 'node:diagnostics_channel';
import type { Clock } from '@watcher/core';

/**
 * Where a stream stands with its engine.
 *
 * - `connecting`: asking, subscribing, proving that the subscription stands
 * - `streaming`: subscribed
 * - `renewing`: subscribed, with the next subscription being made
 * - `waiting`: not subscribed, until the next attempt
 * - `closed`: for good
 */
export type DockerStreamState = 'connecting' | 'streaming' | 'renewing' | 'waiting' | 'closed';

/** What a stream has been through. Free to read at any time. */
export interface DockerStreamStatus {
  readonly state: DockerStreamState;
  /** When it came to that, in milliseconds since the epoch, by this machine's clock. */
  readonly since: number;
  /** When the last event of any type happened, by the engine's clock; undefined when none was heard of. */
  readonly lastEvent: number | undefined;
  /** How often it was subscribed anew after it had lost its subscription. */
  readonly reconnects: number;
  /** How often its subscription was replaced by a fresh one, with nothing lost in between. */
  readonly renewals: number;
  /** How often something was, or may have been, missed. */
  readonly gaps: number;
  /** Events that came again, by a replay or a renewal, and were dropped. */
  readonly duplicates: number;
}

/** Published on `watcher:docker:state` at each change of state. */
export interface StateDiagnostic {
  readonly source: string;
  readonly from: DockerStreamState;
  readonly to: DockerStreamState;
}

const states = channel('watcher:docker:state');

/** The one place where a stream's state is kept and moved. */
export class StatusKeeper implements DockerStreamStatus {
  state: DockerStreamState = 'connecting';
  since: number;
  reconnects = 0;
  renewals = 0;
  gaps = 0;
  /** What the cursor knows, looked up when asked for. */
  place:
    | { readonly duplicates: number; readonly time: bigint; readonly anchor: string | undefined }
    | undefined;

  readonly #source: string;
  readonly #clock: Clock;
  /** Of the places that were given up. */
  #duplicatesBefore = 0;

  constructor(source: string, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.since = clock.now();
  }

  get lastEvent(): number | undefined {
    return this.place?.anchor === undefined ? undefined : Number(this.place.time / 1_000_000n);
  }

  get duplicates(): number {
    return this.#duplicatesBefore + (this.place?.duplicates ?? 0);
  }

  enter(state: DockerStreamState): void {
    const from = this.state;
    if (from === state) return;
    this.state = state;
    this.since = this.#clock.now();
    if (states.hasSubscribers)
      states.publish({ source: this.#source, from, to: state } satisfies StateDiagnostic);
  }

  /** A new place was taken: what is known of the old one is kept as far as it counts. */
  moveTo(place: NonNullable<StatusKeeper['place']>): void {
    this.#duplicatesBefore = this.duplicates;
    this.place = place;
  }
}
