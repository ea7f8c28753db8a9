import type { Mode } from './script/script.ts';

/** A round that went wrong once. */
export interface Regression {
  readonly seed: number;
  readonly round: number;
  readonly mode?: Mode;
  /** What was wrong then. */
  readonly was: string;
}

/** Filled by whoever mends what a seed has found: it stays in the tests. */
export const regressions: readonly Regression[] = [];
