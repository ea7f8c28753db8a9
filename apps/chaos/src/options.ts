import { parseArgs } from 'node:util';
import type { DialectName } from '@watcher/testing/engine';
import type { EngineKind, Mode } from './script/script.ts';

export interface Options {
  /** The first seed and the last. */
  readonly seeds: readonly [number, number];
  /** The first round of each seed and the last. */
  readonly rounds: readonly [number, number];
  readonly engine: EngineKind;
  readonly mode: Mode | undefined;
  readonly dialect: DialectName | undefined;
  /** How many processes share the seeds. */
  readonly jobs: number;
  /** Prints the script and the journal of every round, not only of one that fails. */
  readonly verbose: boolean;
  readonly help: boolean;
}

export const usage = `Random faults against a DockerWatcher, and four oracles that watch what it tells.

  pnpm chaos --seed N --rounds M [--engine fake|real] [--mode always|gap]

  --seed N         the seed of everything random (1)
  --seeds A..B     each of these seeds
  --rounds M       how many rounds of each seed (10, with --seeds 4)
  --round K        only this one, counted from 0: to see a round again
  --engine NAME    fake, in this process (default), or real: a dockerd of its own, which needs root
  --mode NAME      forceReload: always or gap (left to chance, by round)
  --dialect NAME   how the fake engine speaks: docker, docker-1.52, podman or podman-4.3 (left to chance)
  --jobs N         how many processes share the seeds (2 with --seeds on the fake, else 1)
  --verbose        print every round, not only one that fails
  --help
`;

/** The command line is wrong; says how. */
export class UsageError extends Error {}

const dialects = ['docker', 'docker-1.52', 'podman', 'podman-4.3'] as const satisfies DialectName[];

/** What the command line asks for. @throws {UsageError} that says which option is wrong */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const seeds = values.seeds === undefined ? undefined : range('--seeds', values.seeds);
  const seed = whole('--seed', values.seed ?? '1');
  const rounds = whole('--rounds', values.rounds ?? (seeds ? '4' : '10'));
  const round = values.round === undefined ? undefined : whole('--round', values.round);
  const engine = oneOf('--engine', values.engine, ['fake', 'real'] as const);
  return {
    seeds: seeds ?? [seed, seed],
    rounds: round === undefined ? [0, rounds - 1] : [round, round],
    engine,
    mode: values.mode === undefined ? undefined : oneOf('--mode', values.mode, ['always', 'gap'] as const),
    dialect: values.dialect === undefined ? undefined : oneOf('--dialect', values.dialect, dialects),
    jobs: Math.max(1, whole('--jobs', values.jobs ?? (seeds && engine === 'fake' ? '2' : '1'))),
    verbose: values.verbose,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        rounds: { type: 'string' },
        round: { type: 'string' },
        engine: { type: 'string', default: 'fake' },
        mode: { type: 'string' },
        dialect: { type: 'string' },
        jobs: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(option: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new UsageError(`${option} takes a whole number, not "${given}".`);
}

function range(option: string, given: string): [number, number] {
  const [first = '', last = '', ...more] = given.split('..');
  if (more.length > 0) throw new UsageError(`${option} takes A..B, not "${given}".`);
  return [whole(option, first), whole(option, last)];
}

function oneOf<T extends string>(option: string, given: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes ${choices.join(', ')}, not "${given}".`);
}
