import type { Options } from '../options.ts';
import { type Outcome, runRound } from '../round/run-round.ts';
import { writeScript } from '../script/write-script.ts';
import { SharedSurroundings } from './surroundings.ts';

/** Runs every `step`th seed from the `first` of them on, all its rounds, and hands over what came of each. */
export async function runSeeds(
  { seeds: [from, to], rounds: [firstRound, lastRound], engine, mode }: Options,
  [first, step]: readonly [number, number],
  done: (outcome: Outcome) => void,
): Promise<void> {
  await using surroundings = new SharedSurroundings();
  for (let seed = from + first; seed <= to; seed += step) {
    for (let round = firstRound; round <= lastRound; round++) {
      done(await runRound(writeScript({ seed, round, engine, mode }), surroundings));
    }
  }
}
