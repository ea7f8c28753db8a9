/** How soon a contender tells of a write, in a process of its own: see `measure`. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Numbers } from '../../isolate.ts';
import { stage } from './stage.ts';
import { type Outcome, Trial } from './trial.ts';

/** Of each way of writing. */
const WRITES = 16;

export async function measure(name: string, scale: number): Promise<Numbers> {
  await using scene = await stage(name);
  const { directory, names, open } = scene;
  await using trial = new Trial(directory);
  const before = memory();
  const began = performance.now();
  const close = await open(directory, trial.onEvent);
  const opened = performance.now() - began;
  const held = { opened, memory: memory() - before, watches: osWatches() };
  const told = {
    ...(await write(trial, names, 'in place', scale)),
    ...(await write(trial, names, 'by rename', scale)),
  };
  await close();
  return { ...held, ...told };
}

/** Numbers called `in place 0`, `in place 1` and so on, the latencies; and of all together. */
async function write(
  trial: Trial,
  names: readonly string[],
  how: 'in place' | 'by rename',
  scale: number,
): Promise<Numbers> {
  const count = Math.max(2, Math.round(WRITES * scale));
  const outcomes: Outcome[] = [];
  // The first is a warm-up.
  for (let i = 0; i <= count; i++) outcomes.push(await trial.write(names[i % names.length] ?? '', how));
  const counted = outcomes.slice(1);
  const latencies = counted.flatMap(({ latency }) => latency ?? []);
  return {
    ...Object.fromEntries(latencies.map((latency, i) => [`${how} ${i}`, latency])),
    [`${how} missed`]: count - latencies.length,
    [`${how} events`]: counted.reduce((sum, { events }) => sum + events, 0) / count,
  };
}

/** Megabytes of the process, after a collection. */
function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

/** How many inotify watches this process holds; none are seen where there is no /proc. */
function osWatches(): number {
  let count = 0;
  try {
    for (const descriptor of readdirSync('/proc/self/fdinfo')) count += watchesOf(descriptor);
  } catch {
    return Number.NaN;
  }
  return count;
}

function watchesOf(descriptor: string): number {
  try {
    return readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').match(/^inotify wd:/gm)?.length ?? 0;
  } catch {
    return 0; // the descriptor of this very listing
  }
}
