import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regressions } from '../src/regressions.ts';
import { runRound, showFailure } from '../src/round/run-round.ts';
import { SharedSurroundings } from '../src/runner/surroundings.ts';
import type { Mode } from '../src/script/script.ts';
import { writeScript } from '../src/script/write-script.ts';

let surroundings: SharedSurroundings;

beforeAll(() => {
  // A watching process runs the packages from their sources, as these tests do.
  surroundings = new SharedSurroundings(['--import', new URL('./support/sources.ts', import.meta.url).href]);
});
afterAll(() => surroundings[Symbol.asyncDispose]());

async function holds(seed: number, round: number, mode?: Mode): Promise<void> {
  const outcome = await runRound(writeScript({ seed, round, engine: 'fake', mode }), surroundings);
  expect(outcome.violations, showFailure(outcome)).toEqual([]);
}

describe('a watcher holds what it promises', () => {
  it.each(Array.from({ length: 8 }, (_, seed) => seed + 1))('under the faults of seed %i', (seed) =>
    holds(seed, 0),
  );
});

describe('what went wrong once does not again', () => {
  it.each(regressions)('$was (seed $seed, round $round)', ({ seed, round, mode }) =>
    holds(seed, round, mode),
  );
});

describe('a seed', () => {
  it('gives the same script each time', () => {
    const script = () => writeScript({ seed: 7, round: 3, engine: 'fake' });
    expect(script()).toEqual(script());
  });

  it('gives another script in each round and on each engine', () => {
    const steps = (round: number, engine: 'fake' | 'real') => writeScript({ seed: 7, round, engine }).steps;
    expect(steps(0, 'fake')).not.toEqual(steps(1, 'fake'));
    expect(steps(0, 'fake')).not.toEqual(steps(0, 'real'));
  });
});
