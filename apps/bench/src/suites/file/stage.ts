import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contender, contenders } from './contenders.ts';

/** A contender and how many files there are, as the name of a case. */
export const caseOf = (name: string, files: number): string => `${files} ${name}`;

export interface Stage extends AsyncDisposable {
  readonly directory: string;
  /** Of the files in it. */
  readonly names: readonly string[];
  /** Begins to watch. */
  readonly open: Contender;
}

/** Makes the directory of a case, which is removed with its block, and finds its contender. */
export async function stage(name: string): Promise<Stage> {
  const [files = '', contender = ''] = name.split(/ (.*)/s);
  const open = contenders[contender];
  if (!open) throw new Error(`no contender is called "${contender}"`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-file-'));
  const directory = join(folder, 'config');
  await mkdir(directory);
  const names = Array.from({ length: Number(files) }, (_, i) => `${i}.yml`);
  for (const file of names) await writeFile(join(directory, file), 'version 0\n'.padEnd(2000, 'x'));
  return {
    directory,
    names,
    open,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
