import type { FlushTrigger } from '../../src/index.ts';

/**
 * The nine sentences, as plainly as they can be put: one list, no timer, and a look at everything every
 * millisecond. What it says is compared with what the queue does.
 */
export class Model {
  readonly flushes: { names: string[]; trigger: FlushTrigger; attempt: number; at: number }[] = [];
  readonly errors: { what: string; batch: string[] | undefined }[] = [];
  readonly counts = {
    received: 0,
    flushed: 0,
    failed: 0,
    merged: 0,
    dropped: 0,
    discarded: 0,
    batches: 0,
    retries: 0,
    overflows: 0,
    reloads: 0,
  };
  /** How many calls of `flush` and of `idle` have resolved. */
  readonly resolved = { flush: 0, idle: 0 };
  state: 'open' | 'draining' | 'aborting' | 'closed' = 'open';
  buffer: Item[] = [];
  running: Running | undefined;

  readonly #options: ModelOptions;
  #now = 0;
  #windowBegan = 0;
  #quietUntil = Number.POSITIVE_INFINITY;
  /** Items that are to go at once, and why. */
  #owed = new Set<Item>();
  #owedFor: FlushTrigger = 'flush';
  #flushCalls: Set<Item>[] = [];
  #idleCalls = 0;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  push(event: ModelEvent): void {
    const { capacity, quiet, coalesce, maxBatch } = this.#options;
    this.counts.received++;
    if (this.state !== 'open') {
      this.counts.discarded++;
      return;
    }
    if (this.buffer.length === 0) this.#windowBegan = this.#now;
    const twin = coalesce
      ? this.buffer.find((item) => item.source === event.source && item.key !== '' && item.key === event.key)
      : undefined;
    if (twin) {
      twin.name = `${twin.name}+${event.name}`;
      this.counts.merged++;
    } else {
      this.buffer.push({ ...event });
      if (this.buffer.length > capacity) this.#overflow();
    }
    this.#quietUntil = quiet === 'none' ? Number.POSITIVE_INFINITY : this.#now + (quiet ?? event.quiet);
    if (this.buffer.length >= maxBatch || this.buffer.length === 0) this.#look();
  }

  flush(): void {
    this.#flushCalls.push(new Set([...this.buffer, ...(this.running?.items ?? [])]));
    this.#owe('flush');
    this.#look();
  }

  idle(): void {
    this.#idleCalls++;
    this.#look();
  }

  /** The source says that it is over. */
  sourceEnded(failed: boolean): void {
    if (failed) this.errors.push({ what: 'source failed', batch: undefined });
    if (this.state !== 'open') return;
    this.#owe('ended');
    this.#look();
  }

  close(drain: boolean): void {
    if (this.state === 'closed' || this.state === 'aborting' || (this.state === 'draining' && drain)) return;
    this.state = drain ? 'draining' : 'aborting';
    if (drain) {
      this.#owe('drain');
      if (this.running?.retryAt !== undefined) this.#attempt(this.running);
    } else {
      this.#settled(this.buffer.splice(0), 'discarded');
      if (this.running?.retryAt !== undefined) this.#over('discarded');
    }
    this.#look();
  }

  /** The flush under way, if `onFlush` is running, comes to its end. */
  finish(how: 'succeeds' | 'fails'): void {
    if (!this.running || this.running.retryAt !== undefined) return;
    this.#outcome(how);
    this.#look();
  }

  async advance(milliseconds: number): Promise<void> {
    for (let i = 0; i <= milliseconds; i++) {
      if (i > 0) this.#now++;
      const { running } = this;
      if (running?.retryAt !== undefined && running.retryAt <= this.#now) this.#attempt(running);
      this.#look();
    }
  }

  #look(): void {
    while (!this.running) {
      this.#resolveFlushCalls();
      const trigger = this.#due();
      if (!trigger) break;
      const items = this.buffer.splice(0, this.#options.maxBatch);
      this.running = { items, trigger, attempt: 0, retryAt: undefined };
      this.#attempt(this.running);
    }
    if (this.running || this.buffer.length > 0) return;
    this.resolved.idle += this.#idleCalls;
    this.#idleCalls = 0;
    if (this.state !== 'open') this.state = 'closed';
  }

  #due(): FlushTrigger | undefined {
    const [first] = this.buffer;
    if (!first) return undefined;
    if (this.#owed.has(first)) return this.#owedFor;
    if (this.buffer.length >= this.#options.maxBatch) return 'size';
    if (this.#now >= this.#windowBegan + this.#options.flushInterval) return 'interval';
    return this.#now >= this.#quietUntil ? 'quiet' : undefined;
  }

  #attempt(running: Running): void {
    running.attempt++;
    running.retryAt = undefined;
    const { trigger, attempt } = running;
    this.flushes.push({ names: running.items.map(({ name }) => name), trigger, attempt, at: this.#now });
    const outcome = this.#options.outcome(this.flushes.length - 1);
    if (outcome) this.#outcome(outcome);
  }

  #outcome(how: 'succeeds' | 'fails'): void {
    const { running } = this;
    if (!running) return;
    const { retry } = this.#options;
    if (how === 'succeeds') {
      this.counts.batches++;
      this.#over('flushed');
    } else if (retry && this.state === 'open' && running.attempt < retry.attempts) {
      running.retryAt =
        this.#now + Math.min(retry.maxDelay, retry.minDelay * retry.factor ** (running.attempt - 1));
      this.counts.retries++;
      this.errors.push({ what: 'flush failed', batch: undefined });
    } else {
      this.errors.push({ what: 'flush failed', batch: running.items.map(({ name }) => name) });
      this.#over('failed');
    }
  }

  #over(fate: 'flushed' | 'failed' | 'discarded'): void {
    const items = this.running?.items ?? [];
    this.running = undefined;
    this.#settled(items, fate);
  }

  #settled(items: Item[], fate: 'flushed' | 'failed' | 'discarded'): void {
    this.counts[fate] += items.length;
    for (const call of this.#flushCalls) for (const item of items) call.delete(item);
  }

  #resolveFlushCalls(): void {
    const open = this.#flushCalls.filter((call) => call.size > 0);
    this.resolved.flush += this.#flushCalls.length - open.length;
    this.#flushCalls = open;
  }

  #overflow(): void {
    const gone = this.buffer.splice(0);
    this.counts.overflows++;
    this.counts.dropped += gone.length;
    const bySource = Map.groupBy(gone, ({ source, pushed }) => `${pushed ? 'pushed' : 'stream'} ${source}`);
    // Sources in the order in which they first appear; all that was pushed by hand appears with its first.
    const pushedFirst = [...bySource].filter(([, [item]]) => item?.pushed);
    let pushedDone = false;
    for (const items of bySource.values()) {
      const [first] = items as [Item];
      if (!first.pushed) this.#standIn(first.source, false);
      else if (!pushedDone) {
        pushedDone = true;
        for (const [, own] of pushedFirst) {
          if (this.#options.collapse) this.#standIn((own[0] as Item).source, true);
          else this.errors.push({ what: 'overflow', batch: own.map(({ name }) => name) });
        }
      }
    }
    const owed = gone.some((item) => this.#owed.has(item));
    if (owed) for (const item of this.buffer) this.#owed.add(item);
    for (const call of this.#flushCalls)
      if (gone.some((item) => call.delete(item))) {
        for (const item of gone) call.delete(item);
        for (const item of this.buffer) call.add(item);
      }
  }

  #standIn(source: string, pushed: boolean): void {
    this.buffer.push({ name: `reload(${source})`, source, pushed, key: '', quiet: 0 });
    this.counts.reloads++;
  }

  #owe(trigger: FlushTrigger): void {
    const [first] = this.buffer;
    if (!first || !this.#owed.has(first)) this.#owedFor = trigger;
    for (const item of this.buffer) this.#owed.add(item);
  }
}

export interface ModelEvent {
  readonly source: string;
  /** By hand, and not by a stream. */
  readonly pushed: boolean;
  readonly key: string;
  /** Milliseconds of quiet that this event is content with. */
  readonly quiet: number;
  name: string;
}

export interface ModelOptions {
  readonly flushInterval: number;
  /** undefined: as each event says. */
  readonly quiet: number | 'none' | undefined;
  readonly maxBatch: number;
  readonly capacity: number;
  readonly coalesce: boolean;
  readonly collapse: boolean;
  readonly retry: { minDelay: number; maxDelay: number; factor: number; attempts: number } | undefined;
  /** How the nth call of `onFlush` ends if at once; undefined: when it is told to. */
  readonly outcome: (call: number) => 'succeeds' | 'fails' | undefined;
}

type Item = ModelEvent;

interface Running {
  readonly items: Item[];
  readonly trigger: FlushTrigger;
  attempt: number;
  /** When the next attempt is made; undefined while `onFlush` runs. */
  retryAt: number | undefined;
}
