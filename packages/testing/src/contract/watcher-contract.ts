import type { WatcherEvent } from '@watcher/core';
import { capacity } from './cases/capacity.ts';
import type { Cases } from './cases/case.ts';
import { closing } from './cases/closing.ts';
import { consumers } from './cases/consumers.ts';
import { errors } from './cases/errors.ts';
import { failure } from './cases/failure.ts';
import { independence } from './cases/independence.ts';
import { order } from './cases/order.ts';
import { readiness } from './cases/readiness.ts';
import { release } from './cases/release.ts';
import { shape } from './cases/shape.ts';
import type { ContractCase, ContractHarness, ContractSubject } from './harness.ts';
import { Trial } from './trial.ts';

/**
 * The contract of `@watcher/core`, as cases that every watcher passes, for any test runner. Each case makes a
 * watcher of its own by the harness and disposes it.
 *
 * Run them one after the other: they compare what the whole process holds before and after.
 *
 * @example
 * ```ts
 * describe('DirectoryWatcher', () => {
 *   for (const { name, run } of watcherContract(harness)) it(name, run);
 * });
 * ```
 */
export function watcherContract<E extends WatcherEvent>(harness: ContractHarness<E>): ContractCase[] {
  const { beginBroken } = harness;
  return [
    ...casesOf(everyWatcher, () => harness.begin(), harness),
    ...(harness.disturbs ? casesOf(errors, () => harness.begin(), harness) : []),
    ...(beginBroken ? casesOf(failure, () => beginBroken.call(harness), harness) : []),
  ];
}

const everyWatcher: Cases = {
  ...readiness,
  ...shape,
  ...order,
  ...independence,
  ...consumers,
  ...closing,
  ...capacity,
  ...release,
};

function casesOf<E extends WatcherEvent>(
  cases: Cases,
  begin: () => Promise<ContractSubject<E>>,
  { timeout = 10_000 }: ContractHarness<E>,
): ContractCase[] {
  return Object.entries(cases).map(([name, attempt]) => ({
    name,
    run: async () => {
      await using trial = new Trial(await begin(), timeout);
      await attempt(trial);
    },
  }));
}
