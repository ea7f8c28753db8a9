import type { WatcherEvent } from './event.ts';
import type { WatchStream } from './stream.ts';
import type { WatchOptions } from './watcher.ts';

/**
 * A source that can be listed and watched: all that an informer (`@watcher/informer`) needs to follow it.
 *
 * `list` and `get` bring their own timeouts, reject when the source cannot answer, and stop when `signal` aborts.
 * Neither has to be consistent with the events: an informer copes with a list that lags behind them.
 *
 * @example
 * ```ts
 * const files: ListWatch<{ name: string }, WatcherEvent> = {
 *   name: 'config',
 *   watch: (options) => watcher.events(options),
 *   list: async () => [{ name: 'routes.yml' }],
 *   key: (file) => file.name,
 *   affects: (event) => [event.actorName],
 * };
 * console.log(files.key({ name: 'routes.yml' }));
 * // => routes.yml
 * ```
 */
export interface ListWatch<T, E extends WatcherEvent = WatcherEvent> {
  /** Names the source in errors, logs and diagnostics. */
  readonly name: string;
  /** Opens a stream of the source's events. After its `ready`, every later change arrives as an event. */
  watch(options: WatchOptions): WatchStream<E>;
  /** Returns every item that exists now. */
  list(signal: AbortSignal): Promise<readonly T[]>;
  /**
   * Returns the item of one key, or undefined if it does not exist. Makes an event cost one request; without it, every event
   * costs a list.
   */
  get?(key: string, signal: AbortSignal): Promise<T | undefined>;
  /** Returns the key of an item: unique among the items of one list. */
  key(item: T): string;
  /** Returns the keys that an event is about; `'all'` if it may be any of them. Default: `'all'`. */
  affects?(event: E): readonly string[] | 'all';
  /**
   * Returns whether an answer that was asked for after `event` shows its change; `item` is undefined if it does not exist.
   * Until the answer does, the key is asked again. Default: unknown, and the key is asked throughout the reconcile window.
   * A source whose answers never lag behind its events returns true.
   */
  agrees?(event: E, item: T | undefined): boolean;
  /** Returns a text that changes whenever the item does. Default: items are compared deeply. */
  version?(item: T): string;
}
