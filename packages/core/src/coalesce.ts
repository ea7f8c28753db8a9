/**
 * How two waiting events become one: the state after both. Taken by the streams of a watcher, while events wait
 * for their consumer, and by the queue, while they wait for a flush.
 */
export interface Coalesce<E> {
  /** Events of one key may be merged; undefined: never. */
  key(event: E): string | undefined;
  /** The one event that stands for both; it takes the place of `previous`. */
  merge(previous: E, next: E): E;
}
