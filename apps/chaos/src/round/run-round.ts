import type { Script } from '../script/script.ts';
import { showScript } from '../script/show.ts';
import { Round } from './round.ts';
import type { Surroundings } from './surroundings.ts';
import type { Tally } from './tally.ts';

export interface Outcome {
  readonly script: Script;
  /** What must not be and was; empty when all went well. */
  readonly violations: readonly string[];
  /** What was done and told, in order, with when. */
  readonly journal: readonly string[];
  readonly tally: Tally;
}

/** Runs a script on ground of its own, and looks on. */
export async function runRound(script: Script, surroundings: Surroundings): Promise<Outcome> {
  const round = new Round(script, surroundings);
  await round.run();
  return { script, violations: round.violations, journal: round.journal, tally: round.tally };
}

/** All that there is to say about a round that went wrong, and how to see it again. */
export function showFailure({ script, violations, journal }: Outcome): string {
  const { seed, round, engine, setting } = script;
  const again = `pnpm chaos --seed ${seed} --round ${round} --engine ${engine} --mode ${setting.mode}`;
  return [
    ...violations.map((violation) => `VIOLATION: ${violation}`),
    '',
    showScript(script),
    '',
    'What happened, in milliseconds:',
    ...journal,
    '',
    `Again: ${again}`,
  ].join('\n');
}
