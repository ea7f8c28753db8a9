import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WatcherEvent } from '@watcher/core';
import { Action } from '@watcher/events';

/** Events pushed in one turn of the event loop. */
export const TURN = 1000;

/** The events of one turn. */
export const events: readonly WatcherEvent[] = Array.from({ length: TURN }, (_, i) => freshEvent(i));

export function freshEvent(i: number): WatcherEvent {
  return {
    type: 'docker',
    action: Action.ContainerStart,
    actorName: `container-${i}`,
    actorId: `id-${i}`,
    actorAttributes: {},
    time: 1_700_000_000_000 + i,
    source: 'bench',
  };
}

/** Pushes `count` events, a thousand a turn; `each` is called between turns. */
export async function pushAll(
  count: number,
  push: (event: WatcherEvent) => void,
  each?: (turn: number) => void,
): Promise<void> {
  for (let turn = 0; turn * TURN < count; turn++) {
    for (const event of events) push(event);
    await nextTurn();
    each?.(turn);
  }
}
