import type { Options } from '../options.ts';
import { type Outcome, runRound } from '../round/run-round.ts';
import { writeScript } from '../script/write-script.ts';
import { SharedSurroundings } from './surroundings.ts';

/** Which part of the seeds is run here: every `of`th one, from the `part`th of them on. */
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** Runs the rounds of a share of the seeds, and hands over what came of each. */
export async function runSeeds(
  { seeds: [from, to], rounds: [first, last], engine, mode, dialect }: Options,
  { part, of }: Share,
  done: (outcome: Outcome) => void,
): Promise<void> {
  await using surroundings = new SharedSurroundings();
  for (let seed = from + part; seed <= to; seed += of) {
    for (let round = first; round <= last; round++) {
      done(await runRound(writeScript({ seed, round, engine, mode, dialect }), surroundings));
    }
  }
}
