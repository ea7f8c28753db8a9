import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What a user may decide, with every default in its place. */
export interface Settings {
  /** Where to look for an engine. */
  readonly engine: EngineChoice;
  /** The absolute path of the file with routes. */
  readonly routesFile: string;
  readonly logLevel: LogLevel;
  readonly help: boolean;
}

/**
 * - `find`: the engine of DOCKER_HOST, of the Docker CLI's context or of a usual socket, else the embedded one
 * - `embedded`: the embedded one, whatever else there is
 * - `host`: this one, up or not; it is waited for
 */
export type EngineChoice =
  | { readonly kind: 'find' }
  | { readonly kind: 'embedded' }
  | { readonly kind: 'host'; readonly host: string };

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

export const usage = `Usage: pnpm demo [options]

Shows the routes that container labels and a YAML file define, and each change of them.

  --host <url>      the Docker Engine to use (unix://, tcp://, http://, https://, ssh://, npipe://); it is
                    waited for when it is down. Default: DOCKER_HOST, else the Docker CLI's context, else the
                    usual sockets, else an embedded engine
  --embedded        use the embedded engine even where there is a real one
  --routes <file>   the YAML file. Default: apps/demo/config/routes.yml
  --log <level>     ${levels.join(', ')}. Default: LOG_LEVEL, else info
  --help            this text
`;

/** @throws {UsageError} for an option that is unknown or makes no sense */
export function readSettings(
  args: readonly string[],
  { LOG_LEVEL, INIT_CWD }: Readonly<Record<string, string | undefined>>,
): Settings {
  const { host, embedded, routes, log, help } = parse(args);
  if (host !== undefined && embedded) throw new UsageError('Give either --host or --embedded, not both.');
  if (host === '') throw new UsageError('--host: expected a URL such as unix:///var/run/docker.sock.');
  const level = log ?? (LOG_LEVEL || 'info');
  const logLevel = levels.find((one) => one === level);
  if (!logLevel) throw new UsageError(`--log: expected ${levels.join(', ')}, got "${level}".`);
  return {
    engine: embedded ? { kind: 'embedded' } : host === undefined ? { kind: 'find' } : { kind: 'host', host },
    routesFile: routes === undefined ? SAMPLE : resolve(INIT_CWD ?? '.', routes),
    logLevel,
    help: help === true,
  };
}

/** A mistake on the command line; its message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const SAMPLE = fileURLToPath(new URL('../../config/routes.yml', import.meta.url));

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `pnpm demo -- --embedded` hands the separator on.
      args: args[0] === '--' ? args.slice(1) : [...args],
      options: {
        host: { type: 'string' },
        embedded: { type: 'boolean' },
        routes: { type: 'string' },
        log: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
