import { describe, expect, it } from 'vitest';
import { backoffOption, retryDelay } from '../../src/session/retry.ts';
import { eventually } from '../support/eventually.ts';
import { Scene } from './support.ts';

/** The idle question is put off, so as not to be in the way. */
const config = {
  livenessInterval: 3_600_000,
  retryInterval: { minDelay: 1000, maxDelay: 6000, factor: 2, jitter: 0 },
};

describe('the waits between attempts', () => {
  it('are never shorter than the shortest, however long that is', () => {
    const backoff = backoffOption({ minDelay: 60_000, jitter: 0 });
    expect(retryDelay(1, backoff, 0)).toBe(60_000);
    expect(retryDelay(9, backoff, 0)).toBe(60_000);
  });

  it('grow with each that fails, and no further than the longest', async () => {
    await using scene = await Scene.begin(config);
    await using _ = await scene.watchAnchored();
    await scene.engine.crash();
    for (const wait of [1000, 2000, 4000, 6000, 6000]) await scene.pass(wait);
  });

  it.each([
    ['begin anew once a stream has lasted longer than the longest of them', 6001, 1000],
    ['grow on after one that has not: it may be answered and cut each time', 6000, 6000],
  ])('%s', async (_, lasted, wait) => {
    await using scene = await Scene.begin(config);
    await using watch = await scene.watchAnchored();
    await scene.engine.crash();
    for (const earlier of [1000, 2000]) await scene.pass(earlier);
    await scene.engine.restart();
    await scene.pass(4000);
    await eventually('the return', () => watch.lines.includes('reload gap'));
    await scene.clock.advance(lasted);
    scene.engine.faults.cutStreams();
    await scene.pass(wait);
  });
});
