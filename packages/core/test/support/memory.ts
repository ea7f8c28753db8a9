import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage, at once. */
export const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

/** Bytes by which the heap is larger after `run` than before, with all garbage collected. */
export async function heapGrowth(run: () => void | Promise<void>): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await run();
  collectGarbage();
  return process.memoryUsage().heapUsed - before;
}
