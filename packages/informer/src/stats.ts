/** Plain counters since the informer was made, free to read at any time. */
export interface InformerStats {
  /** Items in the store now. */
  readonly items: number;
  /** Keys that have to be asked for now. */
  readonly pending: number;
  /** Events received, reloads included. */
  readonly events: number;
  /** Lists that the source was asked for. */
  readonly lists: number;
  /** Single items that the source was asked for. */
  readonly gets: number;
  /** Differences delivered. */
  readonly changes: number;
  /** Errors reported. */
  readonly errors: number;
}
