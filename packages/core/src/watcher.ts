import type { WatcherError } from './error.ts';
import type { WatcherEvent } from './event.ts';
import type { WatchStream } from './stream.ts';

/** A source of events. Watching begins with the first call of `events`, not with construction. */
export interface Watcher<E extends WatcherEvent = WatcherEvent> {
  /** Starts watching at once. Each call is a stream of its own, with its own consumer. */
  events(options?: WatchOptions): WatchStream<E>;
}

export interface WatchOptions {
  /** Aborting it closes the stream, quietly. */
  readonly signal?: AbortSignal | undefined;
  /** Events held for a slow consumer before they become one ForceReload `overflow`. Default 1024. */
  readonly capacity?: number | undefined;
  /** Called with each transient error, beside the stream's `errors`. */
  readonly onError?: ((error: WatcherError) => void) | undefined;
}
