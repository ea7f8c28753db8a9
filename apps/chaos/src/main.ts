import { type Options, readOptions, UsageError, usage } from './options.ts';
import { Report } from './runner/report.ts';
import { runSeeds } from './runner/run-seeds.ts';
import { shareSeeds } from './runner/worker.ts';

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}

async function main(options: Options): Promise<number> {
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const report = new Report(options.verbose, (text) => process.stdout.write(text));
  if (options.jobs > 1) await shareSeeds(options, (outcome) => report.add(outcome));
  else await runSeeds(options, { part: 0, of: 1 }, (outcome) => report.add(outcome));
  process.stdout.write(report.summary());
  return report.failed ? 1 : 0;
}
