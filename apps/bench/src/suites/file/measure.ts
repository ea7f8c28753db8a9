/** One contender on a directory of some files, in a process of its own: see `measure`. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Numbers } from '../../isolate.ts';
import { contenders } from './contenders.ts';
import { type Outcome, Trial } from './trial.ts';

/** Of each way of writing. */
const WRITES = 16;
/** Milliseconds. Files that were just written are read again by @watcher/file for three seconds. */
const CALM_AFTER = 3500;
const IDLE = 4000;

/** A contender and how many files there are, as the name of a case. */
export const caseOf = (name: string, files: number): string => `${files} ${name}`;

export async function measure(name: string, scale: number): Promise<Numbers> {
  const [files = '', contender = ''] = name.split(/ (.*)/s);
  const open = contenders[contender];
  if (!open) throw new Error(`no contender is called "${contender}"`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-file-'));
  const directory = join(folder, 'config');
  try {
    await mkdir(directory);
    const names = Array.from({ length: Number(files) }, (_, i) => `${i}.yml`);
    for (const file of names) await writeFile(join(directory, file), 'version 0\n'.padEnd(2000, 'x'));
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
    await pause(CALM_AFTER * Math.min(1, scale * 2));
    const idle = await processorShare(IDLE * scale);
    await close();
    return { ...held, ...told, idle };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

/** Percent of one core that this process uses while nothing happens. */
async function processorShare(milliseconds: number): Promise<number> {
  const began = performance.now();
  const before = process.cpuUsage();
  await pause(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1000 / (performance.now() - began)) * 100;
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
