import type { WatcherEvent, WatchStream } from '@watcher/core';

/**
 * - `connecting`: not listed yet
 * - `current`: the routes are those of the source
 * - `away`: the source does not answer; the last good routes stay
 */
export type SourceState = 'connecting' | 'current' | 'away';

/** Receives what a provider does, to show it. */
export interface ProviderObserver {
  opened(stream: WatchStream): void;
  /** A batch of events, right before the list that they lead to. */
  flushed(batch: readonly WatcherEvent[]): void;
  entered(state: SourceState): void;
  /** A list was applied; `problems` is what is wrong in what the source defines. */
  listed(problems: readonly string[]): void;
  /** A fault, or a mistake in what the source defines: once for as long as it lasts. */
  failed(message: string): void;
}
