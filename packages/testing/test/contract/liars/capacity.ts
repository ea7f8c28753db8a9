import type { FileEvent } from '@watcher/events';
import type { ContractHarness } from '../../../src/contract/index.ts';
import { MemorySource, MemoryWatcher, memoryChannel } from '../memory-watcher.ts';
import { type Liar, lying, type Stream, streamOf, watching } from './liar.ts';

export const capacityLiars: readonly Liar[] = [
  {
    does: 'forgets the oldest event in silence',
    caughtBy: 'a consumer that falls `capacity` behind gets one ForceReload in place of what it missed',
    says: /overflow is no ForceReload/,
    harness: bounded((events) => events.shift()),
  },
  {
    does: 'forgets the newest event in silence',
    caughtBy: 'a consumer that falls `capacity` behind gets one ForceReload in place of what it missed',
    says: /overflow is no ForceReload/,
    harness: bounded((events) => events.pop()),
  },
  {
    does: 'puts a reload in the place of each event that it drops',
    caughtBy: 'a consumer that falls `capacity` behind gets one ForceReload in place of what it missed',
    says: /more than one ForceReload/,
    harness: bounded((events, reload) => {
      events.splice(0, 2);
      events.push(reload());
    }),
  },
  {
    does: 'holds events without a bound',
    caughtBy: 'a consumer that falls `capacity` behind gets one ForceReload in place of what it missed',
    says: /8 events are held, and the capacity is 3/,
    harness: watching((source) => ({
      events: (options) => new MemoryWatcher(source).events({ ...options, capacity: 1_000_000 }),
    })),
  },
  {
    does: 'loses what comes after an overflow',
    caughtBy: 'a consumer that falls `capacity` behind gets one ForceReload in place of what it missed',
    says: /for the slow stream to receive 8 events/,
    harness: watching((source) => ({
      events: (options) => {
        const channel = memoryChannel(options);
        source.listen((event) => channel.stats.overflows > 0 || channel.push(event));
        queueMicrotask(() => channel.opened());
        return channel;
      },
    })),
  },
  {
    does: 'counts nothing as dropped',
    caughtBy: '`stats` counts what was received, delivered, held, dropped and overflowed',
    says: /0 events are counted as dropped/,
    harness: lying((inner) => ({ stats: counting(inner, { dropped: () => 0 }) })),
  },
  {
    does: 'counts nothing as delivered',
    caughtBy: '`stats` counts what was received, delivered, held, dropped and overflowed',
    says: /delivered events are not counted/,
    harness: lying((inner) => ({ stats: counting(inner, { delivered: () => 0 }) })),
  },
  {
    does: 'counts nothing as held',
    caughtBy: '`stats` counts what was received, delivered, held, dropped and overflowed',
    says: /is not counted as held/,
    harness: lying((inner) => ({ stats: counting(inner, { buffered: () => 0 }) })),
  },
  {
    does: 'does not know how many events became one',
    caughtBy: '`stats` are whole numbers, and have each event in one place',
    says: /merged is NaN/,
    harness: lying((inner) => ({ stats: counting(inner, { merged: () => Number.NaN }) })),
  },
  {
    does: 'counts a delivered event as held, too',
    caughtBy: '`stats` are whole numbers, and have each event in one place',
    says: /in no place, or in two/,
    harness: lying((inner) => ({
      stats: counting(inner, { buffered: () => inner.stats.buffered + inner.stats.delivered }),
    })),
  },
  {
    does: 'takes whatever it is given for a capacity',
    caughtBy: 'a capacity that is none throws INVALID_OPTION and names it',
    says: /capacity 0 was taken/,
    harness: watching((source) => ({
      events: ({ capacity: _, ...options } = {}) => new MemoryWatcher(source).events(options),
    })),
  },
];

/** A watcher with a bound of its own making: `drop` is what it does when one too many is held. */
function bounded(drop: (events: FileEvent[], reload: () => FileEvent) => void): ContractHarness<FileEvent> {
  return watching((source) => ({
    events: (options) => {
      const { capacity = 1024 } = options ?? {};
      const inner = new MemoryWatcher(new MemorySource()).events(options);
      const events: FileEvent[] = [];
      const counters = { received: 0, delivered: 0, dropped: 0, overflows: 0, errors: 0 };
      let wake: ((event: FileEvent) => void) | undefined;
      source.listen((event) => {
        counters.received++;
        if (wake) return wake(event);
        events.push(event);
        if (events.length > capacity) drop(events, () => inner.reload('overflow'));
      });
      const later = () =>
        new Promise<FileEvent>((resolve) => {
          wake = resolve;
        });
      const next = async (): Promise<IteratorResult<FileEvent>> => {
        const value = events.shift() ?? (await later());
        wake = undefined;
        return { value, done: false };
      };
      return streamOf(inner, {
        stats: Object.defineProperty(counters, 'buffered', { get: () => events.length }) as never,
        subscribe: (sink) => {
          source.listen((event) => sink.push(event));
          return { [Symbol.dispose]: () => {} };
        },
        [Symbol.asyncIterator]: () => ({ next }),
      });
    },
  }));
}

/** The counters of a stream, some of them wrong. */
function counting(
  inner: Stream,
  wrong: Partial<Record<keyof Stream['stats'], () => number>>,
): Stream['stats'] {
  return new Proxy(inner.stats, {
    get: (stats, name) => wrong[name as keyof Stream['stats']]?.() ?? Reflect.get(stats, name),
  });
}
