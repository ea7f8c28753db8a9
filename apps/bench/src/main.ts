/**
 * Runs the suites that are named, or all of them, prints their tables and writes docs/benchmarks.md.
 *
 *   pnpm bench [suite...] [--rounds 7] [--quick] [--dry]
 *
 * The suite `soak` runs only where it is named, and writes no file.
 *
 * `--quick` runs a twentieth of the events, to see that everything works; `--dry` writes no file.
 */
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { printSection, writeReport } from './report.ts';
import type { Suite } from './suite.ts';
import { dockerSuite } from './suites/docker.ts';
import { fileSuite } from './suites/file.ts';
import { informerSuite } from './suites/informer.ts';
import { proxySuite } from './suites/proxy.ts';
import { queueSuite } from './suites/queue.ts';
import { soakSuite } from './suites/soak.ts';

const suites: Record<string, Suite> = {
  queue: queueSuite,
  informer: informerSuite,
  docker: dockerSuite,
  file: fileSuite,
  proxy: proxySuite,
  soak: soakSuite,
};

/** Takes minutes, and is measured for itself: only where it is named. */
const ONLY_NAMED: ReadonlySet<string> = new Set(['soak']);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    quick: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const chosen =
  positionals.length > 0 ? positionals : Object.keys(suites).filter((name) => !ONLY_NAMED.has(name));
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0 || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(`Usage: pnpm bench [${Object.keys(suites).join('] [')}] [--rounds N] [--quick] [--dry]`);
  process.exit(1);
}

for (const name of chosen) {
  const section = await (suites[name] as Suite)({
    rounds,
    scale: values.quick ? 1 / 20 : 1,
    progress: (text) => process.stderr.write(`${name}: ${text}\n`),
  });
  printSection(section);
  if (!values.dry && !ONLY_NAMED.has(name)) await writeReport(name, { ...section, machine: machine() });
}
