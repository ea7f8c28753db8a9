import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { collectGarbage } from '../../core/test/support/memory.ts';
import { Scene, status } from './session/support.ts';
import { eventually } from './support/eventually.ts';

// Code that collections would let go of is some MB, which would hide what a line leaves behind.
setFlagsFromString('--no-flush-bytecode');

const LEASE = 10_000;
const LINES = 20;
const LINE_LENGTH = 16_000;

test('memory is flat over many renewals, with few lines between any two', { timeout: 120_000 }, async () => {
  const engineOptions = { keep: 1 };
  await using scene = await Scene.begin({ leaseInterval: LEASE, livenessInterval: 1e8 }, engineOptions);
  await using watch = await scene.watchAnchored();
  let lines = 0;
  /** Lets so many leases pass, with some lines in each. */
  const live = async (leases: number) => {
    const end = status(watch).renewals + leases;
    while (status(watch).renewals < end) {
      const { renewals } = status(watch);
      for (let n = 0; n < LINES; n++) {
        const Attributes = { name: `web-${lines++}`, label: 'x'.repeat(LINE_LENGTH) };
        scene.engine.publish({ Type: 'container', Action: 'start', Actor: { ID: 'web', Attributes } });
      }
      await eventually('the lines', () => watch.lines.length === LINES);
      watch.take();
      watch.events.length = 0;
      await scene.clock.advance(1.1 * LEASE);
      await eventually('the renewal', () => status(watch).renewals > renewals);
      await scene.quiet();
    }
    return memoryInUse();
  };
  const before = await live(30); // the window, and the engine's memory, are full
  const after = await live(40);
  expect(after - before, `bytes that ${40 * LINES} lines left behind`).toBeLessThan(
    (40 * LINES * LINE_LENGTH) / 4,
  );
  expect(status(watch).gaps).toBe(0);
});

/** Bytes of the heap with all garbage collected. */
async function memoryInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    collectGarbage();
    await nextTurn();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}
