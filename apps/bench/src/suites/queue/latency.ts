import type { Clock, WatcherEvent } from '@watcher/core';
import { Action } from '@watcher/events';
import { EventQueue } from '@watcher/queue';
import { ManualClock } from '@watcher/testing/clock';
import type { Table } from '../../suite.ts';
import { freshEvent } from './events.ts';

const INTERVAL = 300;

/** What takes events and flushes them, told of each flush. */
type Strategy = (
  clock: Clock,
  onFlush: (batch: readonly WatcherEvent[]) => void,
) => (event: WatcherEvent) => void;

const strategies: Record<string, Strategy> = {
  [`ticker, every ${INTERVAL} ms`]: (clock, onFlush) => {
    let buffer: WatcherEvent[] = [];
    const tick = () => {
      if (buffer.length > 0) onFlush(buffer);
      buffer = [];
      clock.setTimeout(tick, INTERVAL);
    };
    clock.setTimeout(tick, INTERVAL);
    return (event) => buffer.push(event);
  },
  [`EventQueue, flushInterval ${INTERVAL}`]: (clock, onFlush) => {
    const queue = new EventQueue({ clock, flushInterval: INTERVAL, onFlush, onError });
    return (event) => queue.push(event);
  },
  [`EventQueue, flushInterval ${INTERVAL}, quietPeriod 20, or 200 after a die`]: (clock, onFlush) => {
    const queue = new EventQueue({
      clock,
      flushInterval: INTERVAL,
      quietPeriod: ({ action }) => (action === Action.ContainerDie ? 200 : 20),
      onFlush,
      onError,
    });
    return (event) => queue.push(event);
  },
};

/** When each event of a scenario comes, in milliseconds since its first. */
const scenarios: Record<string, readonly { at: number; action: number }[]> = {
  'a lone event': [{ at: 0, action: Action.ContainerStart }],
  'a restart: die, start 120 ms later': [
    { at: 0, action: Action.ContainerDie },
    { at: 120, action: Action.ContainerStart },
  ],
  'a storm: 300 events, one every 10 ms': Array.from({ length: 300 }, (_, i) => ({
    at: i * 10,
    action: Action.ContainerStart,
  })),
};

/** Exact: on a clock held by hand, begun at every millisecond of the ticker's interval in turn. */
export async function latencyTable(): Promise<Table> {
  const rows: string[][] = [];
  for (const [scenario, events] of Object.entries(scenarios)) {
    for (const [name, strategy] of Object.entries(strategies)) {
      const waits: number[] = [];
      let flushes = 0;
      for (let phase = 0; phase < INTERVAL; phase++) {
        const trial = await run(strategy, events, phase);
        waits.push(...trial.waits);
        flushes += trial.flushes;
      }
      waits.sort((a, b) => a - b);
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
      const percentile = waits[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN;
      rows.push([scenario, name, mean.toFixed(0), percentile.toFixed(0), (flushes / INTERVAL).toFixed(2)]);
    }
  }
  return {
    title: 'From push to flush, in simulated time',
    columns: ['', 'by', 'mean, ms', '99th percentile, ms', 'flushes'],
    rows,
    notes: [
      'No machine in it: time is simulated, so the numbers are exact. A ticker flushes at fixed times, whenever the ' +
        'events came; each scenario is begun at every millisecond of its interval.',
    ],
  };
}

async function run(strategy: Strategy, events: readonly { at: number; action: number }[], phase: number) {
  const clock = new ManualClock();
  const pushed = new Map<WatcherEvent, number>();
  const waits: number[] = [];
  let flushes = 0;
  const push = strategy(clock, (batch) => {
    flushes++;
    for (const event of batch) waits.push(clock.monotonic() - (pushed.get(event) ?? Number.NaN));
  });
  for (const [i, { at, action }] of events.entries()) {
    await clock.advance(phase + at - clock.monotonic());
    const event = { ...freshEvent(i), action };
    pushed.set(event, clock.monotonic());
    push(event);
  }
  await clock.advance(2 * INTERVAL);
  if (waits.length !== events.length)
    throw new Error(`${events.length - waits.length} events were not flushed.`);
  return { waits, flushes };
}

function onError(error: Error): void {
  throw error;
}
