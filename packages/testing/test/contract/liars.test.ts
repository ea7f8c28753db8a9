import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watcherContract } from '../../src/contract/index.ts';
import { cleanups, liars } from './liars/index.ts';

describe('the contract catches a watcher that', () => {
  let runner: NodeJS.UnhandledRejectionListener[];

  // An unhandled rejection is what some of them are caught by; the test runner is not to hear of it as well.
  beforeEach(() => {
    runner = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', () => {});
  });
  afterEach(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of runner) process.on('unhandledRejection', listener);
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  it.each(liars)('$does: "$caughtBy"', async ({ caughtBy, says, harness }) => {
    const found = watcherContract(harness).find(({ name }) => name === caughtBy);
    expect(found, `there is no case "${caughtBy}"`).toBeDefined();
    await expect(found?.run()).rejects.toThrow(says);
  });
});

it('every case of the contract catches at least one liar', () => {
  const everything = watcherContract({
    begin: () => Promise.reject(),
    beginBroken: () => Promise.reject(),
    disturbs: true,
  });
  const catching = new Set(liars.map(({ caughtBy }) => caughtBy));
  expect(everything.map(({ name }) => name).filter((name) => !catching.has(name))).toEqual([]);
});
