import type { Published } from './published.ts';

/**
 * Where it is known from what was published: from the engine's own log, or from an observer beside it, who hears of
 * an event a little sooner or later than the watcher, and maybe not of all.
 */
export type Source = 'log' | 'observed';

/** Tells of something that must not be. */
export type Violate = (what: string) => void;

interface Entry extends Published {
  /** In which epoch it was last delivered; 0 for never. */
  epoch: number;
  /** Which one came in its place first. */
  passedFor?: Entry;
}

/**
 * The second oracle: each selected event that the engine published after `ready` is delivered exactly once, in the
 * order in which it was published, or followed by a reload that says that something was lost, as one that was passed
 * over is, and one that came late.
 *
 * An epoch goes from one such reload to the next. Within it nothing comes twice; events of the last seconds before it
 * may come again, since the watcher has taken a new position then, and an engine's list may lag behind its events. A
 * reload that says that nothing was lost excuses nothing.
 */
export class Deliveries {
  readonly #source: Source;
  readonly #violate: Violate;
  /** Delivered before it was observed: in which epoch. */
  readonly #early = new Map<string, number>();
  readonly #entries: Entry[] = [];
  readonly #byKey = new Map<string, Entry[]>();
  #epoch = 1;
  /** From which event on all have to be delivered; undefined before `ready`. */
  #requiredFrom: { readonly index: number; readonly time: bigint } | undefined;
  /** Where in `#entries` the first one may be that is required and was not delivered. */
  #next = 0;
  #late: string | undefined;
  /** From which event on any may come, whether it was delivered before or not. Undefined: that is not known. */
  #oldest: number | undefined;

  constructor(source: Source, violate: Violate) {
    this.#source = source;
    this.#violate = violate;
  }

  published(event: Published): void {
    if (!event.selected) return;
    const entry: Entry = { ...event, epoch: this.#early.get(event.key) ?? 0 };
    this.#early.delete(event.key);
    this.#entries.push(entry);
    const alike = this.#byKey.get(event.key);
    if (alike) alike.push(entry);
    else this.#byKey.set(event.key, [entry]);
  }

  /** It is being watched from now on: of what was published before, only events of the last seconds may come. */
  watched(index: number, now: bigint): void {
    this.repeats(index, now - (now % SECOND) - LIST_LAG);
  }

  /** A new position was taken not before `time`, less the seconds of which events are emitted again. */
  repeats(index: number, time: bigint | undefined): void {
    const since = time === undefined ? undefined : this.#entries.find((entry) => entry.time >= time);
    this.#oldest = time === undefined ? undefined : (since?.index ?? index);
  }

  /** Times cannot be compared any more. */
  clockSetBack(): void {
    this.#oldest = undefined;
  }

  /** Ready, or told that something was lost: what is published from `index`, or from now, on has to come. */
  startsAnew(index: number, now: bigint): void {
    if (this.#requiredFrom !== undefined) this.#epoch++;
    this.#late = undefined;
    this.#requiredFrom = { index, time: this.#source === 'log' ? 0n : now };
  }

  /** An event of this key came. Returns its place among all events, or undefined if there is none such. */
  delivered(key: string): number | undefined {
    const alike = this.#byKey.get(key) ?? [];
    const left = alike.filter(({ epoch }) => epoch !== this.#epoch);
    const entry = left.find((one) => this.#isRequired(one)) ?? left[0];
    if (this.#source === 'observed' && alike.length === 0 && this.#early.get(key) !== this.#epoch) {
      this.#early.set(key, this.#epoch);
      return undefined;
    }
    if (!entry) {
      this.#violate(`${alike.length === 0 ? 'was never published' : 'was delivered twice'}: ${key}`);
      return undefined;
    }
    entry.epoch = this.#epoch;
    if (this.#isRequired(entry)) {
      if (entry.passedFor) this.#late ??= `event ${entry.index} (${key}), behind ${entry.passedFor.index}`;
      const missed = this.missing[0];
      if (this.#source === 'log' && missed && missed.index < entry.index) missed.passedFor ??= entry;
    } else if (this.#oldest !== undefined && entry.index < this.#oldest) {
      this.#violate(`is older than what the watcher was asked for: event ${entry.index} (${key})`);
    }
    return entry.index;
  }

  /** What came behind something that was published after it, and that no reload has followed. */
  get late(): string | undefined {
    return this.#late;
  }

  /** What has to come and has not. */
  get missing(): readonly Entry[] {
    if (this.#requiredFrom === undefined) return [];
    const settled = (entry: Entry) => !this.#isRequired(entry) || entry.epoch === this.#epoch;
    while (this.#next < this.#entries.length && settled(this.#entries[this.#next] as Entry)) this.#next++;
    return this.#entries.slice(this.#next).filter((entry) => !settled(entry));
  }

  #isRequired({ index, time }: Published): boolean {
    const from = this.#requiredFrom;
    return from !== undefined && index >= from.index && time >= from.time;
  }
}

const SECOND = 1_000_000_000n;

/** How far back events are emitted again whenever a position is taken, in nanoseconds. */
export const LIST_LAG = 5n * SECOND;
