import type { Watcher, WatchOptions, WatchStream } from '@watcher/core';
import type { EventChannel, FileChangeEvent, FileEvent } from '@watcher/events';
import type { ContractHarness } from '../../../src/contract/index.ts';
import { memorySubject } from '../memory-harness.ts';
import { BrokenWatcher, DisturbedWatcher, MemorySource, MemoryWatcher } from '../memory-watcher.ts';

/** A watcher that breaks one sentence of the contract: what it does wrong, and the case that must say so. */
export interface Liar {
  readonly does: string;
  readonly caughtBy: string;
  /** What the case says of it. */
  readonly says: RegExp;
  readonly harness: ContractHarness<FileEvent>;
}

export type Stream = WatchStream<FileEvent>;
export type Inner = EventChannel<FileEvent>;

/** Undone after each liar: what it left behind on purpose. */
export const cleanups: (() => void)[] = [];

/** Leaves a timer behind, for so many milliseconds. */
export function leaveTimer(milliseconds: number): void {
  const timer = setTimeout(() => {}, milliseconds);
  cleanups.push(() => clearTimeout(timer));
}

/** Long enough for what happens at once, and short enough to wait for what never does. */
const timeout = 100;

export function watching(watcher: (source: MemorySource) => Watcher<FileEvent>): ContractHarness<FileEvent> {
  return {
    begin: async () => {
      const source = new MemorySource();
      return memorySubject(watcher(source), source);
    },
    timeout,
  };
}

/** An honest watcher, but for what it is given in place of its own. */
export function lying(
  lie: (inner: Inner, options?: WatchOptions) => Partial<Stream>,
): ContractHarness<FileEvent> {
  return watching((source) => ({
    events: (options) => {
      const inner = new MemoryWatcher(source).events(options);
      return streamOf(inner, lie(inner, options));
    },
  }));
}

/** An honest watcher, whose source says odd things. */
export function telling(shape: (event: FileChangeEvent) => FileChangeEvent): ContractHarness<FileEvent> {
  return {
    begin: async () => {
      const source = new MemorySource();
      return memorySubject(new MemoryWatcher(source), source, shape);
    },
    timeout,
  };
}

export function disturbed(
  watcher: (honest: DisturbedWatcher) => Watcher<FileEvent>,
): ContractHarness<FileEvent> {
  return {
    begin: async () => {
      const source = new MemorySource();
      const honest = new DisturbedWatcher(source);
      return { ...memorySubject(watcher(honest), source), disturb: () => honest.disturb() };
    },
    disturbs: true,
    timeout,
  };
}

export function broken(
  lie: (inner: Inner, options?: WatchOptions) => Partial<Stream>,
): ContractHarness<FileEvent> {
  const beginBroken = async () => {
    const watcher: Watcher<FileEvent> = {
      events: (options) => {
        const inner = new BrokenWatcher().events(options);
        return streamOf(inner, lie(inner, options));
      },
    };
    return memorySubject(watcher, new MemorySource());
  };
  return { begin: beginBroken, beginBroken, timeout };
}

export function streamOf(inner: Stream, lie: Partial<Stream>): Stream {
  return {
    ready: inner.ready,
    closed: inner.closed,
    errors: inner.errors,
    stats: inner.stats,
    reload: (reason) => inner.reload(reason),
    subscribe: (sink) => inner.subscribe(sink),
    close: () => inner.close(),
    [Symbol.asyncIterator]: () => inner[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => inner.close(),
    ...lie,
  };
}
