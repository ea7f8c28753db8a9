import { createHash } from 'node:crypto';
import { type Clock, WatcherError } from '@watcher/core';
import type { Settings, SettleTimes } from '../options.ts';
import { type FileState, sameStat } from '../system/snapshot.ts';

/** The watcher that announces a write, compared by identity. */
export type Owner = object;

interface Expectation {
  readonly owner: Owner;
  readonly name: string;
  readonly hash: string;
  /** When it was announced, in milliseconds since 1970: file times compare with it. */
  readonly since: number;
  /** When to look although nothing notifies of a write; on the monotonic clock. Infinity: that look is under way. */
  dueAt: number;
}

/**
 * The writes that watchers announced of their own. Each ends with the first settled look at its name: silently if the
 * file has the announced content, with an event otherwise. A look is forced for a write that nothing notifies of.
 */
export class Expectations {
  readonly #source: string;
  readonly #clock: Clock;
  readonly #lifetime: number;
  readonly #byName = new Map<string, Expectation[]>();
  #size = 0;

  constructor(source: string, settings: Pick<Settings, 'settle' | 'pollInterval' | 'clock'>) {
    this.#source = source;
    this.#clock = settings.clock;
    this.#lifetime = lifetimeOf(settings.settle, settings.pollInterval);
  }

  /**
   * @returns a function that withdraws the announcement, and returns whether it was still pending
   * @throws {WatcherError} `TOO_MANY_EXPECTATIONS` while as many as `MAX_PENDING` are pending
   */
  add(owner: Owner, name: string, hash: string): () => boolean {
    if (this.#size >= MAX_PENDING) throw tooMany(this.#source);
    const since = this.#clock.now();
    const expectation = { owner, name, hash, since, dueAt: this.#clock.monotonic() + this.#lifetime };
    this.#byName.set(name, [...(this.#byName.get(name) ?? []), expectation]);
    this.#size++;
    return () => this.#replace(name, (others) => others.filter((other) => other !== expectation)) > 0;
  }

  /**
   * Ends the announcements of a name of which a look has settled, and returns whether each owner found what it wrote.
   * Of several writes of one owner the last that matches counts: those before it were overwritten, those after it may
   * still come. They all stay while the file proves not to have been written since.
   *
   * @param before the state of the file before the look
   */
  settle(
    name: string,
    before: FileState | undefined,
    found: FileState | undefined,
  ): ReadonlyMap<Owner, boolean> {
    const outcomes = new Map<Owner, boolean>();
    this.#replace(name, (pending) => {
      const rest: Expectation[] = [];
      for (const owner of new Set(pending.map((each) => each.owner))) {
        const own = pending.filter((each) => each.owner === owner);
        const met = own.findLastIndex((each) => each.hash === found?.hash);
        if (met < 0 && own.every((each) => isStillToCome(each, before, found))) {
          rest.push(...own);
          continue;
        }
        outcomes.set(owner, met >= 0);
        if (met >= 0) rest.push(...own.slice(met + 1));
      }
      return rest;
    });
    return outcomes;
  }

  /** Ends the announcements of a name that nobody watches. */
  forget(name: string): void {
    this.#replace(name, () => []);
  }

  /** The names to look at now; each is returned once. */
  due(): string[] {
    const now = this.#clock.monotonic();
    const names = new Set<string>();
    for (const expectation of this.#all()) {
      if (expectation.dueAt > now) continue;
      expectation.dueAt = Number.POSITIVE_INFINITY;
      names.add(expectation.name);
    }
    return [...names];
  }

  /** The earliest moment at which a look has to be forced; Infinity if none has. */
  next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#all()) next = Math.min(next, dueAt);
    return next;
  }

  *#all(): Iterable<Expectation> {
    for (const pending of this.#byName.values()) yield* pending;
  }

  /** Returns how many fewer there are. */
  #replace(name: string, change: (pending: readonly Expectation[]) => Expectation[]): number {
    const before = this.#byName.get(name);
    if (!before) return 0;
    const after = change(before);
    if (after.length === 0) this.#byName.delete(name);
    else this.#byName.set(name, after);
    this.#size -= before.length - after.length;
    return before.length - after.length;
  }
}

/** Whether a look proves that nothing was written since the announcement. A forced look decides in any case. */
function isStillToCome(
  { since, dueAt }: Expectation,
  before: FileState | undefined,
  found: FileState | undefined,
): boolean {
  if (!before || !found || !Number.isFinite(dueAt)) return false;
  const isUntouched = found.hasReliableStat && sameStat(before, found) && before.hash === found.hash;
  return isUntouched && found.ctimeNs < BigInt(Math.floor(since - CLOCK_STEP_MS)) * 1_000_000n;
}

/** File times may be that much older than the clock. */
const CLOCK_STEP_MS = 50;

/** The hash that a snapshot of this content has. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64');
}

export const MAX_PENDING = 1000;

/** Milliseconds that a write may take, beside what the watcher itself may take to find it. */
const WRITE_TIME_MS = 10_000;

function lifetimeOf({ bound }: SettleTimes, pollInterval = 0): number {
  return WRITE_TIME_MS + bound + pollInterval;
}

function tooMany(source: string): WatcherError {
  return new WatcherError(
    `"${source}" has ${MAX_PENDING} expected writes that were not found yet. Write fewer files at a time, ` +
      'or write without expect() and take the event.',
    { code: 'TOO_MANY_EXPECTATIONS', source, retryable: true },
  );
}
