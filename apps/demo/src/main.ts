import { readFileSync } from 'node:fs';
import { readSettings, type Settings } from './config/settings.ts';
import { usage } from './config/usage.ts';
import { UsageError } from './config/usage-error.ts';
import { describeError } from './output/logger.ts';

const settings = settingsOrExit();
if (settings.show === 'help') process.stdout.write(usage);
else if (settings.show === 'version') process.stdout.write(`demo ${version()}\n`);
else await run(settings);

function settingsOrExit(): Settings {
  try {
    return readSettings(process.argv.slice(2), process.env);
  } catch (error) {
    return fail(error);
  }
}

/** Loaded only where it runs: help and mistakes are answered without delay. */
async function run(settings: Settings): Promise<void> {
  try {
    const { runDemo } = await import('./run-demo.ts');
    process.exitCode = await runDemo(settings);
  } catch (error) {
    fail(error);
  }
}

/** Writes one line. The exit code is 2 for a mistake on the command line. */
function fail(error: unknown): never {
  process.stderr.write(`demo: ${describeError(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
