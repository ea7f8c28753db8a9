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
  { seed: 45, round: 1, was: 'the same, on another dialect and under the other mode' },
  {
    seed: 61,
    round: 2,
    was: 'a place that moved on while the engine was asked for its time made a stream dead',
  },
  { seed: 60, round: 3, was: 'a check for death found a stream dead for what a gap had told of meanwhile' },
  { seed: 136, round: 0, was: 'a replay was told from news only since its answer, and came twice' },
  {
    seed: 276,
    round: 0,
    was: 'a beginning was told of what its list showed, since the replay came in two chunks',
  },
  {
    seed: 337,
    round: 3,
    was: 'the gap of a standstill was told ahead of what had piled up, which then made the list wrong',
  },
  { seed: 382, round: 1, was: 'what the engine had dropped was told late, behind what came after it' },
  { seed: 31, round: 2, was: 'Podman was deaf while its clock was behind where an empty log began' },
  {
    seed: 887,
    round: 0,
    mode: 'gap',
    was: 'a beginning out of order was taken for one that had missed something',
  },
  { seed: 964, round: 0, mode: 'gap', was: 'what a gap had told of was told of by a second gap' },
];
