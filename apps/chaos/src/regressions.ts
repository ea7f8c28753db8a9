import type { Mode } from './script/script.ts';

/** A round that went wrong once. */
export interface Regression {
  readonly seed: number;
  readonly round: number;
  readonly mode?: Mode;
  /** What was wrong then. */
  readonly was: string;
}

/**
 * What seeds have found, and what was mended then: it stays in the tests. A figure that is changed or weighed anew
 * gives other scripts to the same seeds: then each needs a round again that finds it, in a copy without the mending.
 */
export const regressions: readonly Regression[] = [
  { seed: 8, round: 1, was: 'what the engine forgot while a place was being taken was lost in silence' },
  {
    seed: 61,
    round: 2,
    was: 'a stream was found dead since its place moved on while the engine was asked for its time',
  },
];
