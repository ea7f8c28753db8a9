/** What a contender costs while nothing happens, in a process of its own: see `measure`. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Numbers } from '../../isolate.ts';
import { stage } from './stage.ts';

/** Milliseconds in which what is done now and then is compiled, and what was just written has grown old. */
const WARM_UP = 40_000;
const IDLE = 30_000;

export async function measure(name: string, scale: number): Promise<Numbers> {
  await using scene = await stage(name);
  const close = await scene.open(scene.directory, () => {});
  await pause(WARM_UP * scale);
  const idle = await processorShare(IDLE * scale);
  await close();
  return { idle };
}

/** Percent of one core that this process uses. */
async function processorShare(milliseconds: number): Promise<number> {
  const began = performance.now();
  const before = process.cpuUsage();
  await pause(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1000 / (performance.now() - began)) * 100;
}
