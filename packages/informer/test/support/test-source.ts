import type { ListWatch, ReloadReason, WatcherEvent, WatchOptions } from '@watcher/core';
import { Action, EventChannel, forceReload } from '@watcher/events';
import type { ManualClock } from '@watcher/testing/clock';

export interface Item {
  readonly name: string;
  readonly value: number;
}

/** A request that a test answers by hand. */
export interface Held {
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  /** Answers with what is visible now. */
  answer(): void;
  /** Answers with what was visible when it was asked. */
  answerOld(): void;
  fail(message?: string): void;
}

/** A source with a truth of its own: what a list shows may lag behind it, and requests may fail or wait. */
export class TestSource implements ListWatch<Item, WatcherEvent> {
  readonly name: string = 'test';
  /** What there is. */
  readonly truth = new Map<string, number>();
  /** What lists and gets show. */
  readonly visible = new Map<string, number>();
  readonly lists: AbortSignal[] = [];
  readonly gets: string[] = [];
  readonly held: Held[] = [];
  readonly streams: EventChannel<WatcherEvent>[] = [];
  /** When each item changed last. */
  readonly changedAt = new Map<string, number>();
  readonly #late = new Map<string, () => void>();
  /** Milliseconds by which lists and gets lag behind events. */
  lag = 0;
  /** Whether requests wait for the test. */
  hold: boolean | 'lists' | 'gets' = false;
  /** Whether requests fail. */
  fails: boolean | 'lists' | 'gets' = false;
  /** Whether a stream is subscribed at once. */
  opens = true;
  /** Called with each watch. */
  onWatch: (() => void) | undefined;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock, items: Readonly<Record<string, number>> = {}) {
    this.#clock = clock;
    for (const [name, value] of Object.entries(items)) {
      this.truth.set(name, value);
      this.visible.set(name, value);
    }
  }

  get stream(): EventChannel<WatcherEvent> {
    return this.streams.at(-1) as EventChannel<WatcherEvent>;
  }

  watch(options: WatchOptions): EventChannel<WatcherEvent> {
    const stream = new EventChannel<WatcherEvent>({
      source: this.name,
      reload: (reason) => forceReload('docker', this.name, reason, 0),
      ...options,
    });
    this.streams.push(stream);
    if (this.opens) stream.opened();
    this.onWatch?.();
    return stream;
  }

  list(signal: AbortSignal): Promise<readonly Item[]> {
    this.lists.push(signal);
    return this.#request('lists', undefined, signal, (visible) =>
      [...visible].map(([name, value]) => ({ name, value })),
    );
  }

  get?(key: string, signal: AbortSignal): Promise<Item | undefined> {
    this.gets.push(key);
    return this.#request('gets', key, signal, (visible) => {
      const value = visible.get(key);
      return value === undefined ? undefined : { name: key, value };
    });
  }

  key(item: Item): string {
    return item.name;
  }

  affects?(event: WatcherEvent): readonly string[] | 'all' {
    return event.actorName === '*' ? 'all' : [event.actorName];
  }

  /** The event's ID is the value that it announces, `''` if the item is gone. */
  agrees?(event: WatcherEvent, item: Item | undefined): boolean {
    return String(item?.value ?? '') === event.actorId;
  }

  /** Changes an item, or removes it, and emits the event of it, unless it is lost. */
  change(name: string, value: number | undefined, { lost = false, lag = this.lag } = {}): void {
    const write = (items: Map<string, number>) =>
      value === undefined ? items.delete(name) : items.set(name, value);
    // Changes of one item happen one after the other: the last one is visible before the next is announced.
    this.#late.get(name)?.();
    write(this.truth);
    if (lag === 0) write(this.visible);
    else {
      const timer = this.#clock.setTimeout(() => this.#late.get(name)?.(), lag);
      this.#late.set(name, () => {
        this.#late.delete(name);
        this.#clock.clearTimeout(timer);
        write(this.visible);
      });
    }
    this.changedAt.set(name, this.#clock.monotonic());
    if (!lost) this.emit(name, value);
  }

  /** Announces the latest change of each item that changed within so many milliseconds once more. */
  emitAgain(milliseconds: number): void {
    for (const [name, at] of this.changedAt)
      if (this.#clock.monotonic() - at <= milliseconds) this.emit(name, this.truth.get(name));
  }

  emit(name: string, value?: number): void {
    this.stream.push({
      type: 'docker',
      action: Action.ContainerUpdate,
      actorName: name,
      actorId: String(value ?? ''),
      actorAttributes: {},
      time: 0,
      source: this.name,
    });
  }

  reload(reason: ReloadReason): void {
    this.stream.push(this.stream.reload(reason));
  }

  #request<R>(
    kind: 'lists' | 'gets',
    key: string | undefined,
    signal: AbortSignal,
    read: (visible: ReadonlyMap<string, number>) => R,
  ): Promise<R> {
    if (this.fails === true || this.fails === kind) return Promise.reject(new Error('the source is away'));
    if (this.hold !== true && this.hold !== kind) return Promise.resolve(read(this.visible));
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const before = read(this.visible);
    this.held.push({
      key,
      signal,
      answer: () => resolve(read(this.visible)),
      answerOld: () => resolve(before),
      fail: (message = 'the source is away') => reject(new Error(message)),
    });
    return promise;
  }
}

/** A source without the methods named. */
export function without(source: TestSource, ...methods: ('get' | 'affects' | 'agrees')[]): TestSource {
  for (const method of methods) Object.defineProperty(source, method, { value: undefined });
  return source;
}
