import type { WatcherEvent, WatchStream } from '@watcher/core';

/**
 * - `connecting`: not listed yet
 * - `current`: the routes are those of the source
 * - `away`: the source does not answer; the last good routes stay
 */
export type SourceState = 'connecting' | 'current' | 'away';

/** Receives the progress of a provider, to show it. */
export interface ProviderObserver {
  opened(stream: WatchStream): void;
  /** A batch of events, right before the list that they lead to. */
  flushed(batch: readonly WatcherEvent[]): void;
  entered(state: SourceState): void;
  /** A list was applied. `problems` has the mistakes in the source's definitions. */
  listed(problems: readonly string[]): void;
  /** A fault, or a mistake in the source's definitions, once while it lasts. */
  failed(message: string): void;
}
