/**
 * Publishes every package whose version is not in the registry yet. Refuses unless `pnpm changeset version` has set
 * the versions, everything is committed, and the tests and checks pass. See RELEASING.md.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReleaseState, reasonsAgainstRelease } from './release-state.ts';

const root = join(import.meta.dirname, '..');

const reasons = reasonsAgainstRelease(readState());
if (reasons.length > 0) {
  console.error(`Not released:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`);
  process.exit(1);
}
for (const command of ['test', 'check']) run('pnpm', [command]);
run('pnpm', ['changeset', 'publish']);

function readState(): ReleaseState {
  const packages = join(root, 'packages');
  return {
    uncommitted: execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== ''),
    changesets: readdirSync(join(root, '.changeset')).filter(
      (file) => file.endsWith('.md') && file !== 'README.md',
    ),
    manifests: readdirSync(packages).map((name) =>
      JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')),
    ),
  };
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
}
