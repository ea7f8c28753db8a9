/** Means every key: an event that may be about any of them, or more keys than are tracked one by one. */
export const ALL = Symbol('all keys');

/** Milliseconds from an answer that disagrees with an event to the next request; doubled each time. */
const FIRST_DELAY_MS = 50;
/** Failures of a get after which a list is asked for in its place. */
const MAX_FAILED_GETS = 3;
/** A list costs more than one item, so lists are repeated less often. */
const FIRST_LIST_DELAY_MS = 250;

/** One key whose state has to be asked for. Only {@link PendingKeys} writes to it. */
export interface PendingKey<E> {
  readonly key: string | typeof ALL;
  /** The latest event about it; undefined if no event came, or too many. */
  event: E | undefined;
  /** The end of the reconcile window. An answer that was asked for later is final. */
  deadline: number;
  /** Requests in a row that failed. */
  failures: number;
  /** Answers so far that disagreed with the event. */
  attempts: number;
  /** Asked for alone, or with a list. */
  by: 'get' | 'list';
  /**
   * - `waiting`: for the next flush.
   * - `due`: to be asked from `dueAt` on.
   * - `asking`: since `askedAt`.
   */
  phase: 'waiting' | 'due' | 'asking';
  dueAt: number;
  askedAt: number;
  /** The phase after the running request: an event came meanwhile, and its batch was flushed or not. */
  next: 'nothing' | 'waiting' | 'due';
}

export interface PendingKeysOptions {
  /** Milliseconds after an event in which the source may not show it yet. */
  readonly reconcile: number;
  /** Whether the source can be asked for one item. */
  readonly canGet: boolean;
  /** Keys that are tracked one by one; one more, and all of them become {@link ALL}. */
  readonly limit: number;
}

/**
 * The keys that have to be asked for, and when. Pure: it has no timer.
 *
 * A key enters with an event. It leaves with an answer that was asked for after its latest event, and that agrees with it
 * or was asked for after the reconcile window.
 */
export class PendingKeys<E> {
  readonly #options: PendingKeysOptions;
  readonly #keys = new Map<string | typeof ALL, PendingKey<E>>();

  constructor(options: PendingKeysOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Keys without an answer since their latest event. */
  unanswered(): (string | typeof ALL)[] {
    return [...this.#keys.values()].filter(({ attempts }) => attempts === 0).map(({ key }) => key);
  }

  /** An event about `key` came. Returns false if that made every key pending instead. */
  touch(key: string | typeof ALL, event: E, now: number): boolean {
    const pending = this.#keys.get(key) ?? this.#add(key, now);
    if (!pending) return false;
    pending.event = event;
    pending.deadline = now + this.#options.reconcile;
    pending.attempts = 0;
    if (pending.phase === 'asking') pending.next = 'waiting';
    else pending.phase = 'waiting';
    return true;
  }

  /** Two answers about `key` differ, and neither is known to be the later one: it is asked once more. */
  askAgain(key: string, now: number): void {
    if (this.#keys.has(key)) return;
    const pending = this.#add(key, now);
    if (pending) pending.deadline = now;
  }

  /** The batch of events is complete: all that waited for it is due. */
  flush(now: number): void {
    for (const pending of this.#keys.values()) {
      if (pending.phase === 'waiting') due(pending, now);
      else if (pending.next === 'waiting') pending.next = 'due';
    }
  }

  /** Begins a request for the next key that is due alone. */
  beginGet(now: number): (PendingKey<E> & { readonly key: string }) | undefined {
    for (const pending of this.#keys.values()) {
      if (pending.by !== 'get' || pending.phase !== 'due' || pending.dueAt > now) continue;
      begin(pending, now);
      return pending as PendingKey<E> & { readonly key: string };
    }
    return undefined;
  }

  /** Begins a list: it answers for every key that is not asked for alone. */
  beginList(now: number): void {
    for (const pending of this.#keys.values())
      if (pending.by === 'list' && pending.phase !== 'asking') begin(pending, now);
  }

  /** Whether a request is still the one whose answer counts. */
  isCurrent(pending: PendingKey<E>): boolean {
    return this.#keys.get(pending.key) === pending;
  }

  /** @param agrees whether the answer shows the event's change */
  answered(pending: PendingKey<E>, agrees: (event: E) => boolean, now: number): void {
    const { event, next, askedAt, deadline } = pending;
    pending.next = 'nothing';
    pending.failures = 0;
    if (next === 'waiting') pending.phase = 'waiting';
    else if (next === 'due') due(pending, now);
    else if (askedAt >= deadline || (event !== undefined && agrees(event))) this.#keys.delete(pending.key);
    else {
      const first = pending.key === ALL ? FIRST_LIST_DELAY_MS : FIRST_DELAY_MS;
      const delay = first * 2 ** pending.attempts++;
      due(pending, Math.max(now, Math.min(now + delay, deadline)));
    }
    if (pending.key !== ALL && this.#options.canGet) pending.by = 'get';
  }

  /**
   * A list was applied to every key but those of `isNewer`. It answers for keys asked for with it, and for keys asked for
   * alone before it began that have no answer yet.
   *
   * @param agrees whether the list shows the change of a key's event
   */
  listed(
    {
      startedAt,
      isNewer,
      agrees,
    }: {
      readonly startedAt: number;
      readonly isNewer: (key: string) => boolean;
      readonly agrees: (key: string | typeof ALL, event: E) => boolean;
    },
    now: number,
  ): void {
    for (const pending of [...this.#keys.values()]) {
      if (pending.phase !== 'asking') continue;
      const { key } = pending;
      if (pending.by === 'get') {
        if (isNewer(key as string)) continue;
        this.#keys.set(key, { ...pending, askedAt: startedAt }); // the answer to the get counts no longer
      }
      this.answered(this.#keys.get(key) as PendingKey<E>, (event) => agrees(key, event), now);
    }
  }

  /**
   * The source did not answer for one key. It is asked again after a while, since a list costs far more; after
   * {@link MAX_FAILED_GETS} failures the next list answers for it, and for all that would be asked for alone.
   *
   * @returns whether a list is needed
   */
  getFailed(pending: PendingKey<E>, now: number): boolean {
    pending.next = 'nothing';
    pending.failures++;
    if (pending.failures < MAX_FAILED_GETS) {
      due(pending, now + FIRST_LIST_DELAY_MS * 2 ** (pending.failures - 1));
      return false;
    }
    due(pending, now);
    for (const other of this.#keys.values()) if (other.phase !== 'asking') other.by = 'list';
    return true;
  }

  listFailed(now: number): void {
    for (const pending of this.#keys.values()) {
      if (pending.by !== 'list' || pending.phase !== 'asking') continue;
      pending.next = 'nothing';
      due(pending, now);
    }
  }

  /** The next moment at which a key is due, of those asked for in the way given; undefined if nothing is due. */
  nextDue(by: 'get' | 'list'): number | undefined {
    let next: number | undefined;
    for (const pending of this.#keys.values()) {
      if (pending.by !== by || pending.phase !== 'due') continue;
      if (next === undefined || pending.dueAt < next) next = pending.dueAt;
    }
    return next;
  }

  clear(): void {
    this.#keys.clear();
  }

  #add(key: string | typeof ALL, now: number): PendingKey<E> | undefined {
    const { limit, canGet, reconcile } = this.#options;
    const isFull = key !== ALL && this.#keys.size >= limit;
    if (isFull) this.#keys.clear();
    const added: PendingKey<E> = {
      key: isFull ? ALL : key,
      event: undefined,
      deadline: now + reconcile,
      failures: 0,
      attempts: 0,
      by: canGet && key !== ALL && !isFull ? 'get' : 'list',
      phase: 'due',
      dueAt: now,
      askedAt: now,
      next: 'nothing',
    };
    this.#keys.set(added.key, added);
    return isFull ? undefined : added;
  }
}

function due<E>(pending: PendingKey<E>, at: number): void {
  pending.phase = 'due';
  pending.dueAt = at;
}

function begin<E>(pending: PendingKey<E>, now: number): void {
  pending.phase = 'asking';
  pending.askedAt = now;
  pending.next = 'nothing';
}
