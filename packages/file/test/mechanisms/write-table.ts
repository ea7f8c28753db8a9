// Switches off each mechanism in turn, runs the tests that have to notice, and writes into docs/tools.md which did.
// With names as arguments it tries those alone and writes nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { row, writeSection } from '../support/generated.ts';
import { type Mechanism, mechanisms } from './mechanisms.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const home = fileURLToPath(new URL('../../', import.meta.url));
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));

const LEFT = `.test-mechanism-${process.pid}-`;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const chosen = process.argv.slice(2);
const rows: string[] = [];
let uncaught = 0;
for (const mechanism of mechanisms) {
  if (chosen.length > 0 && !chosen.includes(mechanism.name)) continue;
  const caughtBy = testsThatFail(mechanism);
  if (caughtBy.length === 0) uncaught++;
  process.stdout.write(`${caughtBy.length} caught: ${mechanism.name}\n`);
  rows.push(row([mechanism.name, `${caughtBy.length}`, caughtBy[0] ?? '**nothing**']));
}
if (chosen.length === 0) {
  writeSection('mechanisms', [
    row(['Switched off', 'Tests that fail', 'One of them']),
    row(['---', '--:', '---']),
    ...rows,
  ]);
}
process.exitCode = uncaught;

function testsThatFail({ name, tests }: Mechanism): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mechanism-'));
  try {
    const output = join(folder, 'report.json');
    const paths = tests.map((test) => `packages/file/test/${test}`);
    const options = ['--reporter=json', `--outputFile=${output}`, '--testTimeout=8000', '--hookTimeout=8000'];
    const env = { ...process.env, WATCHER_MECHANISM: name, WATCHER_PLAYGROUND: LEFT };
    const { stderr } = spawnSync('vitest', ['run', '--config', config, ...options, ...paths], {
      cwd: root,
      env,
    });
    const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    if (results.length === 0) throw new Error(`no test was run: ${stderr}`);
    return results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.trim());
  } finally {
    rmSync(folder, { recursive: true, force: true });
    removeWhatIsLeft();
  }
}

/** A test that fails by never ending does not put away what it made, a mounted file system among it. */
function removeWhatIsLeft(): void {
  for (const name of readdirSync(home).filter((entry) => entry.startsWith(LEFT))) {
    spawnSync('umount', [join(home, name, 'mounted')]);
    rmSync(join(home, name), { recursive: true, force: true });
  }
}
