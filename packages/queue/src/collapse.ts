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
 * one `source` for what was pushed by hand. Past `maxPushedSources` of these nothing stands in, so that pushing ever new
 * sources takes no more and more memory.
 */
export function collapse<E extends WatcherEvent>(
  byOrigin: ReadonlyMap<Origin<E>, readonly E[]>,
  collapsePushed: ((dropped: readonly E[]) => E) | undefined,
  maxPushedSources: number,
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
    else {
      let sources = 0;
      const tooMany: E[] = [];
      for (const group of bySource(events)) {
        if (++sources <= maxPushedSources)
          stand(origin, group, collapsePushed && (() => collapsePushed(group)));
        else for (const event of group) tooMany.push(event);
      }
      if (tooMany.length > 0) stand(origin, tooMany, undefined);
    }
  }
  return { reloads, lost };
}

function bySource<E extends WatcherEvent>(events: readonly E[]): Iterable<E[]> {
  const groups = new Map<unknown, E[]>();
  for (const event of events) {
    const source = sourceOf(event);
    const group = groups.get(source);
    if (group) group.push(event);
    else groups.set(source, [event]);
  }
  return groups.values();
}

/** The source of whatever was pushed; undefined where it cannot be asked for one. */
function sourceOf(event: WatcherEvent): unknown {
  try {
    return event.source;
  } catch {
    return undefined;
  }
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
