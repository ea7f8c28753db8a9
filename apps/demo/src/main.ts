import type { WatcherEvent } from '@watcher/core';
import { readSettings, UsageError, usage } from './config/settings.ts';
import { chooseEngine } from './engine/choose-engine.ts';
import { logChanges } from './output/change-log.ts';
import { createLogger, describeError } from './output/logger.ts';
import { renderTable } from './output/table.ts';
import { dockerSource } from './provider/docker-source.ts';
import { fileSource } from './provider/file-source.ts';
import { RouteProvider } from './provider/route-provider.ts';
import type { RouteSource } from './provider/route-source.ts';
import { isEmpty } from './routes/difference.ts';
import { RouteRegistry } from './routes/registry.ts';
import { stopSignal } from './stop-signal.ts';
import { together } from './together.ts';

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n${error instanceof UsageError ? `\n${usage}` : ''}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}

async function main(): Promise<number> {
  const { env: environment, stdout, stderr } = process;
  const settings = readSettings(process.argv.slice(2), environment);
  if (settings.help) {
    stdout.write(usage);
    return 0;
  }
  const { NO_COLOR } = environment;
  const color = stdout.isTTY && !NO_COLOR;
  const logger = createLogger({
    level: settings.logLevel,
    pretty: stderr.isTTY,
    color: stderr.isTTY && !NO_COLOR,
  });
  const stop = stopSignal(process);

  logger.info(`routes file: ${settings.routesFile} (edit it and save)`);
  const engine = await chooseEngine(settings.engine, { environment, logger, signal: stop });
  const file = fileSource(settings.routesFile, 'file', logger.child({ provider: 'file' }));
  const docker = dockerSource(engine, logger.child({ provider: 'docker' }));
  // A file is written on purpose: its routes win.
  const registry = new RouteRegistry([file.name, docker.name]);

  const provide = <E extends WatcherEvent>(source: RouteSource<E>) => {
    const log = logger.child({ provider: source.name });
    const provider = new RouteProvider({
      source,
      logger: log,
      apply(routes) {
        const applied = registry.apply(source.name, routes);
        logChanges(log, applied);
        if (!isEmpty(applied))
          stdout.write(
            renderTable(
              registry.entries.map(({ route }) => route),
              { color },
            ),
          );
      },
    });
    return (signal: AbortSignal) => provider.run(signal);
  };
  const failures = await together([provide(file), provide(docker), engine.run], stop);
  for (const failure of failures) logger.error(describeError(failure));
  logger.info('stopped');
  return failures.length === 0 ? 0 : 1;
}
