/**
 * One change at one source. Small, flat and immutable, so that it can be held, batched and compared cheaply.
 *
 * @typeParam T the kind of source, `'docker'` or `'file'` for the watchers of this project
 * @typeParam A the actions it can report, each a single bit (see `Action` in `@watcher/events`)
 */
export interface WatcherEvent<T extends string = string, A extends number = number> {
  /** The kind of source: `'docker'` or `'file'`. */
  readonly type: T;
  /** What happened, as a single bit, so that sets of actions are masks. */
  readonly action: A;
  /** The container's name, the path relative to the watched directory, or `''` where there is no actor. */
  readonly actorName: string;
  /** The container's ID, or `''` where there is none. */
  readonly actorId: string;
  /** Labels and engine attributes, or `{}`. Untrusted: whoever may start a container writes them. */
  readonly actorAttributes: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, by the source's clock, which need not be this machine's. */
  readonly time: number;
  /** Which watcher it came from: the engine's name or host, or the directory. */
  readonly source: string;
}

/**
 * Why a consumer is told to take stock again.
 *
 * - `disconnected`: the source is away. What is known may be kept; nothing newer will come for now.
 * - `reconnected`: the source is back and nothing was lost.
 * - `gap`: the source is back and something was lost, or may have been.
 * - `overflow`: the consumer fell behind; what was held for it is replaced by this.
 * - `rescan`: single changes could not be told apart, or it is time to list again as a safety net.
 */
export type ReloadReason = 'disconnected' | 'reconnected' | 'gap' | 'overflow' | 'rescan';
