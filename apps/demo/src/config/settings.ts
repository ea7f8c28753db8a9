import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Address } from '../listen.ts';
import { UsageError } from './usage-error.ts';

/** The options of the command line, with every default. */
export interface Settings {
  /** Where to look for engines. */
  readonly engine: EngineChoice;
  /** The absolute paths of the files with routes. Undefined for the sample. */
  readonly routesFiles: readonly string[] | undefined;
  /** Undefined for the default address, or a free port where that is taken. */
  readonly proxy: Address | undefined;
  readonly page: Address | undefined;
  readonly ignoreHealth: boolean;
  readonly listTimeout: number;
  readonly json: boolean;
  readonly logLevel: LogLevel;
  /** Text to print in the place of running. */
  readonly show: 'help' | 'version' | undefined;
}

/**
 * - `find`: the engine of DOCKER_HOST, of the Docker CLI's context or of a usual socket, else the embedded one
 * - `embedded`: the embedded one, even where there is a real one
 * - `hosts`: these, up or not
 */
export type EngineChoice =
  | { readonly kind: 'find' }
  | { readonly kind: 'embedded' }
  | { readonly kind: 'hosts'; readonly hosts: readonly string[] };

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

/** Where the demo listens if nothing else is asked for. */
export const DEFAULT_PROXY: Address = { host: '127.0.0.1', port: 8880 };
export const DEFAULT_PAGE: Address = { host: '127.0.0.1', port: 8881 };

/** The file of routes that comes with the demo. */
export const SAMPLE_ROUTES = fileURLToPath(new URL('../../config/routes.yml', import.meta.url));

const MAX_SOURCES = 16;

/** @throws {UsageError} for an option that is unknown or wrong */
export function readSettings(
  args: readonly string[],
  { LOG_LEVEL, INIT_CWD }: Readonly<Record<string, string | undefined>>,
): Settings {
  const given = parse(args);
  const { host: hosts, embedded, routes } = given;
  if (hosts && embedded) throw new UsageError('Give either --host or --embedded, not both.');
  if (hosts?.includes(''))
    throw new UsageError('--host: expected a URL such as unix:///var/run/docker.sock.');
  if (routes?.includes('')) throw new UsageError('--routes: expected the path of a file.');
  for (const [name, values] of Object.entries({ host: hosts, routes }))
    if (values && values.length > MAX_SOURCES)
      throw new UsageError(`--${name}: expected at most ${MAX_SOURCES}.`);
  const level = given.log ?? (LOG_LEVEL || 'info');
  const logLevel = levels.find((one) => one === level);
  if (!logLevel) throw new UsageError(`--log: expected ${levels.join(', ')}, got "${level}".`);
  return {
    engine: embedded
      ? { kind: 'embedded' }
      : hosts
        ? { kind: 'hosts', hosts: [...new Set(hosts)] }
        : { kind: 'find' },
    routesFiles: routes && [...new Set(routes.map((file) => resolve(INIT_CWD ?? '.', file)))],
    proxy: addressOption(
      '--proxy',
      given.proxy,
      /^(?:(?<host>[\w.-]+|\[[\da-fA-F:.]+\]):)?(?<port>\d{1,5})$/,
    ),
    page: addressOption('--page', given.page, /^(?<port>\d{1,5})$/),
    ignoreHealth: given['ignore-health'] ?? false,
    listTimeout: millisecondsOption('--list-timeout', given['list-timeout'] ?? '15000'),
    json: given.json ?? false,
    logLevel,
    show: given.help ? 'help' : given.version ? 'version' : undefined,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `pnpm demo -- --embedded` passes the separator on.
      args: args[0] === '--' ? args.slice(1) : [...args],
      options: {
        host: { type: 'string', multiple: true },
        embedded: { type: 'boolean' },
        routes: { type: 'string', multiple: true },
        proxy: { type: 'string' },
        page: { type: 'string' },
        'ignore-health': { type: 'boolean' },
        'list-timeout': { type: 'string' },
        json: { type: 'boolean' },
        log: { type: 'string' },
        version: { type: 'boolean', short: 'v' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(`${reason.replace(/\.?$/, '.')} See --help.`);
  }
}

function addressOption(name: string, value: string | undefined, form: RegExp): Address | undefined {
  if (value === undefined) return undefined;
  const { host = '127.0.0.1', port } = form.exec(value)?.groups ?? {};
  if (port === undefined || Number(port) > 65_535)
    throw new UsageError(
      `${name}: expected a port from 0 to 65535${name === '--proxy' ? ', or address:port' : ''}, got "${value}".`,
    );
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function millisecondsOption(name: string, value: string): number {
  const milliseconds = /^\d{1,7}$/.test(value) ? Number(value) : 0;
  if (milliseconds === 0)
    throw new UsageError(`${name}: expected milliseconds from 1 to 9999999, got "${value}".`);
  return milliseconds;
}
