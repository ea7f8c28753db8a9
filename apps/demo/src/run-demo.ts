import { AdminServer } from './admin/admin-server.ts';
import { checkRoutesFile } from './config/check-routes-file.ts';
import { DEFAULT_PAGE, DEFAULT_PROXY, SAMPLE_ROUTES, type Settings } from './config/settings.ts';
import { startEmbeddedEngine } from './embedded/embedded-engine.ts';
import { chooseEngines } from './engine/choose-engines.ts';
import { listenWhereAsked, urlOf } from './listen.ts';
import { Monitor } from './monitor/monitor.ts';
import { logChanges } from './output/change-log.ts';
import { describeError } from './output/logger.ts';
import { openOutput } from './output/open-output.ts';
import { dockerSource } from './provider/docker-source.ts';
import { fileSource } from './provider/file-source.ts';
import { RouteProvider } from './provider/route-provider.ts';
import type { RouteSource } from './provider/route-source.ts';
import { ProxyServer } from './proxy/proxy-server.ts';
import { RouteRegistry } from './routes/registry.ts';
import { stopSignal } from './stop-signal.ts';
import { together } from './together.ts';

/** Milliseconds that running requests, and then the output, have at the end. */
const REQUEST_GRACE_MS = 400;
const FLUSH_TIMEOUT_MS = 200;

/**
 * Runs the demo until it is stopped. Resolves with the exit code.
 *
 * @throws {UsageError} for a host, a file or an address that cannot be used
 */
export async function runDemo(settings: Settings): Promise<number> {
  const { signal, stop } = stopSignal(process);
  const { logger, display, announce, flush } = openOutput(settings, stop);

  // The sources.
  const chosen = await chooseEngines(settings.engine, { environment: process.env, logger, signal });
  if (signal.aborted) return 0;
  const story = { onStep: (_: string) => {} };
  const embedded =
    chosen.length > 0 ? undefined : await startEmbeddedEngine({ onStep: (text) => story.onStep(text) });
  const engines = embedded ? [{ host: embedded.host, place: 'the embedded engine' }] : chosen;
  const files = settings.routesFiles ?? [embedded?.routesFile ?? SAMPLE_ROUTES];
  for (const file of files) await checkRoutesFile(file);
  const sources: RouteSource[] = [
    // Files are written on purpose: their routes win.
    ...files.map((file, i) => fileSource(file, nameOf('file', i, files), logger)),
    ...engines.map(({ host, place }, i) => {
      const name = nameOf('docker', i, engines);
      return dockerSource({ name, host, place, timeout: settings.listTimeout, logger });
    }),
  ];

  // One table of their routes, which the proxy, the page, the log and the terminal follow.
  const registry = new RouteRegistry(sources.map(({ name }) => name));
  const monitor = new Monitor(registry);
  registry.subscribe((applied, source) => {
    logChanges(logger.child({ source }), applied);
    display.update(applied, registry.entries);
  });
  story.onStep = (text) => {
    logger.info(`(embedded engine: ${text})`);
    monitor.timeline.add('story', 'docker', text);
  };
  const proxy = new ProxyServer({ registry, logger, ignoreHealth: settings.ignoreHealth });
  const proxyAt = await listenWhereAsked('--proxy', settings.proxy, DEFAULT_PROXY, (at) => proxy.listen(at));
  const admin = new AdminServer(
    { registry, monitor, proxy: { port: proxyAt.port, stats: proxy.stats } },
    urlOf(proxyAt),
  );
  const pageAt = await listenWhereAsked('--page', settings.page, DEFAULT_PAGE, (at) => admin.listen(at));
  announce({ engines: engines.map(({ place }) => place), files, proxy: proxyAt, page: pageAt });

  const provide = (source: RouteSource) => {
    const provider = new RouteProvider({
      source,
      logger: logger.child({ source: source.name }),
      observer: monitor.source(source.name, source.place),
      apply: (routes) => void registry.apply(source.name, routes),
    });
    return (signal: AbortSignal) => provider.run(signal);
  };
  const parts = [...sources.map(provide), ...(embedded ? [embedded.play] : [])];
  const failures = await together(parts, signal);

  await Promise.all([proxy.close(REQUEST_GRACE_MS), admin.close()]);
  for (const failure of failures) logger.error({ err: failure }, describeError(failure));
  logger.info('stopped');
  await flush(FLUSH_TIMEOUT_MS);
  return failures.length === 0 ? 0 : 1;
}

function nameOf(kind: string, index: number, all: readonly unknown[]): string {
  return all.length === 1 ? kind : `${kind}-${index + 1}`;
}
