import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { testExamples } from '../../core/test/support/examples.ts';
import { playground } from './support/playground.ts';

const here = process.cwd();
const place = await playground();
process.chdir(place.path);
let edit: NodeJS.Timeout | undefined;
afterAll(async () => {
  clearTimeout(edit);
  process.chdir(here);
  await place[Symbol.asyncDispose]();
});

testExamples(new URL('..', import.meta.url), {
  given: {
    signal: { declaration: 'declare const signal: AbortSignal', value: someoneAtWork },
    load: { declaration: 'declare function load(name: string): Promise<void>', value: () => async () => {} },
  },
});

/** Edits ./config until the signal is aborted, when that has come to something. */
function someoneAtWork(): AbortSignal {
  rmSync('config', { recursive: true, force: true });
  mkdirSync('config');
  writeFileSync('config/routes.yml', 'old');
  clearTimeout(edit);
  // By then the example watches; and it is heard before it is over, on a busy machine too.
  edit = setTimeout(() => writeFileSync('config/routes.yml', 'new'), 250);
  return AbortSignal.timeout(1500);
}
