import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Numbers by name. */
export type Numbers = Record<string, number>;

/** A module whose cases are measured in processes of their own exports this as `measure`. */
export type Measure = (name: string, scale: number) => Promise<Numbers>;

export interface IsolateOptions {
  /** The module that exports `measure`. */
  readonly module: URL;
  readonly cases: readonly string[];
  readonly rounds: number;
  readonly scale: number;
  readonly progress: (text: string) => void;
  /** A case whose process dies, out of memory, say, has no numbers and does not end the run. */
  readonly mayDie?: boolean;
}

/**
 * Measures every case `rounds` times, each time in a fresh process, so that none inherits another's heap or
 * compiled code. The cases take turns: when the machine is slow for a while, it is slow for all of them.
 */
export async function isolate(options: IsolateOptions): Promise<Map<string, Numbers[]>> {
  const { module, cases, rounds, scale, progress, mayDie = false } = options;
  const results = new Map<string, Numbers[]>(cases.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    for (const name of cases) {
      const numbers = await inChild(module, name, scale).catch((error: unknown) => {
        if (mayDie) return {};
        throw error;
      });
      results.get(name)?.push(numbers);
    }
  }
  return results;
}

/** The middle of the values, or of the two in the middle the mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function inChild(module: URL, name: string, scale: number): Promise<Numbers> {
  return new Promise((resolve, reject) => {
    const child = fork(
      fileURLToPath(new URL('./child.ts', import.meta.url)),
      [module.href, name, String(scale)],
      {
        execArgv: ['--expose-gc'],
      },
    );
    let result: Numbers | undefined;
    child.once('message', (message) => {
      result = message as Numbers;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (result) resolve(result);
      else reject(new Error(`"${name}" ended without a result (${signal ?? `exit code ${code}`}).`));
    });
  });
}
