import type { WatcherEvent, WatchSink } from '@watcher/core';
import { Action, EventChannel, type EventChannelOptions, forceReload } from '../../src/index.ts';

/** An event that tests tell apart by its name. */
export function event(actorName: string, action: number = Action.ContainerStart): WatcherEvent {
  return { type: 'docker', action, actorName, actorId: '', actorAttributes: {}, time: 0, source: 'engine' };
}

/** A stream of the source `engine`. */
export function channel(
  options: Partial<EventChannelOptions<WatcherEvent>> = {},
): EventChannel<WatcherEvent> {
  return new EventChannel<WatcherEvent>({
    source: 'engine',
    reload: (reason) => forceReload('docker', 'engine', reason, 0),
    ...options,
  });
}

/** An event in a word: its name, and `reload:<reason>` for a ForceReload. */
export function nameOf(it: WatcherEvent): string {
  return it.action === Action.ForceReload
    ? `reload:${(it as WatcherEvent & { reason: string }).reason}`
    : it.actorName;
}

/** Writes down, in order, every call that a sink gets. */
export function recorder(options: { readonly push?: (event: WatcherEvent) => void } = {}): {
  readonly calls: string[];
  readonly sink: Required<WatchSink<WatcherEvent>>;
} {
  const calls: string[] = [];
  return {
    calls,
    sink: {
      push: (it) => {
        calls.push(nameOf(it));
        options.push?.(it);
      },
      error: (error) => void calls.push(`error:${error.code}`),
      close: ({ reason }) => void calls.push(`close:${reason}`),
    },
  };
}

/** Everything an iteration gives, each `as` told. */
export async function collect<T, R = T>(
  from: AsyncIterable<T>,
  as: (value: T) => R = (value) => value as unknown as R,
): Promise<R[]> {
  const all: R[] = [];
  for await (const value of from) all.push(as(value));
  return all;
}

/** Lets everything run that only waits on settled promises. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
