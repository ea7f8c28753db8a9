import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { isForceReload } from '@watcher/events';
import { ManualClock } from '@watcher/testing/clock';
import { expect, test } from 'vitest';
import { collectGarbage } from '../../core/test/support/memory.ts';
import { DockerWatcher } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { FloodingEngine } from './support/flooding-engine.ts';

const CAPACITY = 1024;

// Code that collections would let go of is some MB, which would hide what an event leaves behind.
setFlagsFromString('--no-flush-bytecode');

/** How often the consumer falls behind. WATCHER_TEST_OVERFLOWS=1954 makes it two million events. */
const OVERFLOWS = Number(process.env['WATCHER_TEST_OVERFLOWS'] ?? 400);

test('with a consumer that never reads, memory is flat and one reload is held', {
  timeout: 120_000,
}, async () => {
  await using engine = await FloodingEngine.start();
  const watcher = new DockerWatcher({ host: engine.host, clock: new ManualClock() });
  await using stream = watcher.events({ capacity: CAPACITY });
  await stream.ready;
  const early = await flood(Math.floor(OVERFLOWS / 4));
  const late = await flood(OVERFLOWS);

  expect(stream.stats).toMatchObject({ received: late.events, buffered: 1, errors: 0 });
  const growth = late.memory - early.memory;
  const events = late.events - early.events;
  expect(growth, `bytes that ${events} events left behind`).toBeLessThan(events);
  const { value: left } = await stream[Symbol.asyncIterator]().next();
  expect(isForceReload(left) && left.reason).toBe('overflow');

  /** What is in use after so many overflows, with nothing but the last one's reload held. */
  async function flood(overflows: number): Promise<{ events: number; memory: number }> {
    // Each but the first has the reload of the one before among the events that it stands for.
    const events = overflows * CAPACITY + 1;
    await engine.flood(events - stream.stats.received);
    await eventually('the last overflow', () => stream.stats.overflows === overflows, 60_000);
    return { events, memory: await memoryInUse() };
  }
});

/** Bytes of the heap, and of buffers beside it, with all garbage collected: those are let go of a little later. */
async function memoryInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    collectGarbage();
    await nextTurn();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
