import type { WatcherEvent, WatchStream } from '@watcher/core';
import type { Route } from '../routes/route.ts';

/** Where routes come from: something that can be watched, and listed at any time. */
export interface RouteSource<E extends WatcherEvent = WatcherEvent> {
  /** In the log, and in the order of who wins an alias. */
  readonly name: string;
  /** For people: `unix:///var/run/docker.sock`, `/etc/proxy/routes.yml`. */
  readonly place: string;
  /** Whether a list may not yet show what an event has announced, as at a Docker Engine. */
  readonly lags: boolean;
  watch(signal: AbortSignal): WatchStream<E>;
  /**
   * All routes that there are now. Rejects when that cannot be told right now, and is then asked again.
   *
   * @param signal ends the wait
   */
  list(signal: AbortSignal): Promise<Listing>;
}

export interface Listing {
  /** Undefined when what is there makes no sense as a whole: the last good routes stay until it changes. */
  readonly routes: readonly Route[] | undefined;
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}
