import { textOf, WatcherError, type WatcherEvent } from '@watcher/core';
import type { Origin } from './buffer.ts';

/** What is left of a full buffer. */
export interface Collapsed<E extends WatcherEvent> {
  /** One for each source. */
  readonly reloads: readonly { readonly event: E; readonly origin: Origin<E> }[];
  /** Events that nothing could stand in for, and why. */
  readonly lost: readonly { readonly events: readonly E[]; readonly error: WatcherError }[];
}

/**
 * Turns events into one reload for each source: a stream's own for what it brought, `collapsePushed` of those of
 * one `source` for what was pushed by hand.
 */
export function collapse<E extends WatcherEvent>(
  byOrigin: ReadonlyMap<Origin<E>, readonly E[]>,
  collapsePushed: ((dropped: readonly E[]) => E) | undefined,
  queue: string,
): Collapsed<E> {
  const reloads: { event: E; origin: Origin<E> }[] = [];
  const lost: { events: readonly E[]; error: WatcherError }[] = [];
  const stand = (origin: Origin<E>, events: readonly E[], reload: (() => E) | undefined) => {
    let cause: unknown;
    try {
      if (reload) {
        reloads.push({ event: reload(), origin });
        return;
      }
    } catch (error) {
      cause = error;
    }
    lost.push({ events, error: overflowError(queue, events.length, cause) });
  };
  for (const [origin, events] of byOrigin) {
    if (origin) stand(origin, events, () => origin.reload('overflow'));
    else
      for (const group of bySource(events))
        stand(origin, group, collapsePushed && (() => collapsePushed(group)));
  }
  return { reloads, lost };
}

function bySource<E extends WatcherEvent>(events: readonly E[]): Iterable<E[]> {
  const groups = new Map<string, E[]>();
  for (const event of events) {
    const group = groups.get(event.source);
    if (group) group.push(event);
    else groups.set(event.source, [event]);
  }
  return groups.values();
}

function overflowError(queue: string, count: number, cause: unknown): WatcherError {
  return new WatcherError(
    `The queue "${queue}" was full and dropped ${count} events that no reload stands for. ` +
      (cause === undefined
        ? 'Give it "collapse", a larger "capacity" or a faster "onFlush".'
        : `Building the reload threw: ${textOf(cause)}`),
    { code: 'OVERFLOW', source: queue, cause },
  );
}
