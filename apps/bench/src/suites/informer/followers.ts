import { isDeepStrictEqual } from 'node:util';
import { Informer } from '@watcher/informer';
import { EventQueue } from '@watcher/queue';
import type { Item, Items } from './source.ts';

/** Keeps a copy of the items. Resolves when the first list is in it; `updated` is called with each item that changed. */
export type Follower = (source: Items, updated: () => void) => Promise<AsyncDisposable>;

const FLUSH_INTERVAL_MS = 1;

export const followers: Record<string, Follower> = {
  '@watcher/informer': async (source, updated) => {
    const informer = new Informer<Item>(source, { flushInterval: FLUSH_INTERVAL_MS, quietPeriod: 0 });
    informer.subscribe({ updated });
    await informer.synced;
    return informer;
  },
  // What is usually written by hand: a list for each batch of events, compared item by item.
  'list per flush': async (source, updated) => {
    const store = new Map<string, Item>();
    const list = async () => {
      const items = await source.list();
      const keys = new Set<string>();
      for (const item of items) {
        const known = store.get(item.id);
        keys.add(item.id);
        if (known && isDeepStrictEqual(known, item)) continue;
        store.set(item.id, item);
        if (known) updated();
      }
      for (const key of store.keys()) if (!keys.has(key)) store.delete(key);
    };
    const queue = new EventQueue({
      flushInterval: FLUSH_INTERVAL_MS,
      quietPeriod: 0,
      onFlush: list,
      onError: (error) => {
        throw error;
      },
    });
    queue.start(source.watch({}));
    await list();
    return queue;
  },
};
