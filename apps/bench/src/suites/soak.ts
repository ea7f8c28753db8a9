import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DockerWatcher } from '@watcher/docker';
import { ManualClock } from '@watcher/testing/clock';
import { FakeEngine } from '@watcher/testing/engine';
import type { Section, SuiteOptions } from '../suite.ts';

const HOURS = 24;
const HOUR = 3_600_000;
/** Milliseconds between two events: as often as a quiet engine with one health check emits. */
const EVERY = 15_000;
const LABEL = 'x'.repeat(4000);

/**
 * A watcher that is left alone for a day, on the fake engine and a clock held by hand: what it keeps must not grow.
 * With `--quick`, a twentieth of a day.
 */
export async function soakSuite({ scale, progress }: SuiteOptions): Promise<Section> {
  const hours = HOURS * scale;
  const clock = new ManualClock(1_577_836_800_300); // in the midst of a second, so that now has begun
  await using engine = await FakeEngine.start({ clock, keep: 1 });
  await engine.create({ name: 'before' });
  await clock.advance(2000);
  const watcher = new DockerWatcher({ host: engine.host, clock, timeout: 60_000 });
  await using stream = watcher.events();
  let received = 0;
  stream.subscribe({
    push() {
      received++;
    },
  });
  await stream.ready;

  const collect = exposedGc();
  const heap: number[] = [];
  const samples = 24;
  const steps = Math.round((hours * HOUR) / EVERY);
  let published = 0;
  for (let step = 1; step <= steps; step++) {
    const Attributes = { name: `web-${step}`, label: LABEL };
    engine.publish({ Type: 'container', Action: 'start', Actor: { ID: `web-${step}`, Attributes } });
    published++;
    while (received < published) await nextTurn();
    await clock.advance(EVERY);
    // Questions and renewals are answered before the clock goes on.
    for (let turns = 0; turns < 200 && engine.connections.open !== 1; turns++) await nextTurn();
    if (step % Math.floor(steps / samples) > 0) continue;
    for (let turn = 0; turn < 5; turn++) {
      collect();
      await nextTurn();
    }
    heap.push(process.memoryUsage().heapUsed);
    progress(`${((step * EVERY) / HOUR).toFixed(1)} h: ${megabytes(heap.at(-1) as number)} MB`);
  }
  const settled = heap.slice(Math.floor(heap.length / 4));
  const slope = (slopeOf(settled) * heap.length) / hours;
  const { status } = stream;
  return {
    title: 'Soak: a watcher that is left alone',
    about: [
      `${hours} simulated hours on the fake engine with a clock held by hand; one event of ${LABEL.length} characters each ${EVERY / 1000} s. ` +
        'Heap after collection; the slope is the least-squares line through all samples but the first quarter.',
    ],
    tables: [
      {
        title: 'Heap',
        columns: [
          '',
          'events',
          'renewals',
          'gaps',
          'first, MB',
          'last, MB',
          'slope, KB an hour',
          'if all lines were kept',
        ],
        rows: [
          [
            'DockerWatcher',
            String(received),
            String(status.renewals),
            String(status.gaps),
            megabytes(settled[0] as number),
            megabytes(settled.at(-1) as number),
            (slope / 1024).toFixed(1),
            ((LABEL.length * (HOUR / EVERY)) / 1024).toFixed(0),
          ],
        ],
      },
    ],
  };
}

const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(2);

/** The slope of the least-squares line through values at 0, 1, 2, ... */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let over = 0;
  let under = 0;
  for (const [at, value] of values.entries()) {
    over += (at - middle) * (value - mean);
    under += (at - middle) ** 2;
  }
  return under === 0 ? 0 : over / under;
}

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--no-flush-bytecode');
  return runInNewContext('gc') as () => void;
}
