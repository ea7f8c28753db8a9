import { invalidOption, systemClock } from '@watcher/core';
import { fault } from '../errors/fault.ts';
import { isObject, kindOf } from '../kind-of.ts';
import { defaultHost } from './default-socket.ts';
import {
  configDirectory,
  contextOfEnvironment,
  currentContext,
  type DockerContext,
  readContext,
  shownContext,
} from './docker-context.ts';
import { type Host, parseHost } from './parse-host.ts';
import type { FileDeadline } from './settings-file.ts';
import { readTlsDirectory, readTlsOptions, type TlsOptions, type TlsSettings } from './tls-settings.ts';
import { versionOfEnvironment } from './version-setting.ts';

/** What a user has set. */
export interface EndpointSettings {
  readonly host?: string | undefined;
  readonly tls?: TlsOptions | undefined;
}

/** Where an engine is and how it is reached: what a client needs, and all of it. */
export interface Endpoint {
  readonly host: Host;
  /** Set: the connection is TLS. Only where `host.kind` is `tcp`. */
  readonly tls?: TlsSettings;
  /** The version to speak, when it is not to be agreed on with the engine. */
  readonly apiVersion?: string;
}

/**
 * Checks settings without touching a file.
 *
 * @throws {WatcherError} `INVALID_OPTION`, naming `host`, `tls` or a part of it
 */
export function checkEndpointSettings({ host, tls }: EndpointSettings): void {
  if (tls !== undefined) checkTls(tls);
  if (host === undefined) return;
  const parsed = parseOption(host);
  if (tls && !mayUseTls(parsed)) throw invalidOption('host', 'tcp:// or https:// beside "tls"', parsed.shown);
}

/** Returns a host as it may be shown. @throws {WatcherError} `INVALID_OPTION` for an invalid one */
export function shownHost(host: string): string {
  return parseOption(host).shown;
}

/**
 * Finds out where the engine is: `host`, else DOCKER_HOST, else the Docker CLI's context, else the platform's socket.
 * As in the Docker CLI, DOCKER_HOST goes before DOCKER_CONTEXT. Files are read off the event loop, each within the
 * deadline, 3000 ms by default.
 *
 * @throws {WatcherError} `INVALID_SETTING` for a setting that is wrong or a file that cannot be read; `UNREACHABLE` for
 *   a file that cannot be read for now
 */
export async function resolveEndpoint(
  settings: EndpointSettings,
  env: NodeJS.ProcessEnv = process.env,
  deadline: FileDeadline = { clock: systemClock, timeout: 3000, signal: new AbortController().signal },
): Promise<Endpoint> {
  const { host, from, tls: readTls } = await locate(settings, env, deadline);
  const apiVersion = versionOfEnvironment(env);
  if (settings.tls && !mayUseTls(host)) {
    const found = `"${host.shown}" (${from})`;
    throw fault(
      'INVALID_SETTING',
      `Invalid "tls": it needs a tcp:// or https:// "host" beside it, found ${found}.`,
    );
  }
  const tls = mayUseTls(host) ? await tlsFor(host, settings.tls, readTls, deadline) : undefined;
  return { host, ...(tls && { tls }), ...(apiVersion && { apiVersion }) };
}

/**
 * Returns a name for the engine that {@link resolveEndpoint} leads to: its address where an option or DOCKER_HOST
 * gives it, `context NAME` where DOCKER_CONTEXT does, and `docker` else. Reads no file: a name is needed at once, and
 * a file may be on a mount that does not answer.
 */
export function nameEndpoint({ host }: EndpointSettings, env: NodeJS.ProcessEnv = process.env): string {
  try {
    if (host !== undefined) return parseOption(host).shown;
    const fromEnvironment = hostOfEnvironment(env);
    if (fromEnvironment) return fromEnvironment.shown;
  } catch {
    return UNNAMED; // the attempt to connect reports it
  }
  const context = env['DOCKER_HOST'] ? undefined : contextOfEnvironment(env);
  const isNamed = context !== undefined && context !== 'default';
  return isNamed && shownContext(context) === `"${context}"` ? `context ${context}` : UNNAMED;
}

const UNNAMED = 'docker';

/** Whether the address leaves room for TLS: a plain `http://` stays plain. */
function mayUseTls(host: Host): boolean {
  return host.kind === 'tcp' && host.secure !== false;
}

async function tlsFor(
  host: Host,
  option: TlsOptions | undefined,
  readOthers: Location['tls'],
  deadline: FileDeadline,
): Promise<TlsSettings | undefined> {
  const settings = option ? await readTlsOptions(option, deadline) : await readOthers?.();
  if (settings) return settings;
  return host.kind === 'tcp' && host.secure ? { rejectUnauthorized: true } : undefined;
}

interface Location {
  readonly host: Host;
  /** What the host is the value of, for an error. */
  readonly from: string;
  /** Reads the TLS files that go with it; called only where the address can use them. */
  readonly tls?: (() => Promise<TlsSettings | undefined>) | undefined;
}

async function locate(
  { host: option }: EndpointSettings,
  env: NodeJS.ProcessEnv,
  deadline: FileDeadline,
): Promise<Location> {
  if (option !== undefined) {
    return { host: parseOption(option), from: 'host', tls: tlsOfEnvironment(env, deadline) };
  }
  const fromEnvironment = hostOfEnvironment(env);
  if (fromEnvironment) {
    const tls = tlsOfEnvironment(env, deadline);
    return { host: fromEnvironment, from: 'DOCKER_HOST', tls };
  }
  // A DOCKER_HOST of blanks selects the CLI's default context.
  const name = env['DOCKER_HOST'] ? undefined : await currentContext(env, deadline);
  if (name === undefined) return defaultLocation(env, deadline);
  const from = `host of the Docker context ${shownContext(name)}`;
  const context = await readContext(name, env, deadline);
  return { host: parseSetting(context.host, from), from, tls: () => tlsOfContext(name, context, deadline) };
}

async function defaultLocation(env: NodeJS.ProcessEnv, deadline: FileDeadline): Promise<Location> {
  const from = 'default host';
  if (!asksForTls(env)) return { host: parseSetting(await defaultHost(env, deadline), from), from };
  // As in the Docker CLI, which asks no socket where TLS is asked for.
  return { host: parseSetting('tcp://localhost:2376', from), from, tls: tlsOfEnvironment(env, deadline) };
}

/** @throws {WatcherError} `INVALID_SETTING` for a DOCKER_HOST that is no address, or may not be beside the others */
function hostOfEnvironment(env: NodeJS.ProcessEnv): Host | undefined {
  const given = env['DOCKER_HOST']?.trim();
  if (!given) return undefined;
  const host = parseSetting(asTheCliReads(given), 'DOCKER_HOST');
  if (asksForTls(env) && host.kind === 'tcp' && host.secure === false) {
    const variable = env['DOCKER_TLS_VERIFY'] ? 'DOCKER_TLS_VERIFY' : 'DOCKER_TLS';
    const what = `expected tcp:// or https:// beside ${variable}, got "${host.shown}"`;
    throw fault('INVALID_SETTING', `Invalid DOCKER_HOST: ${what}.`);
  }
  return host;
}

/** As the Docker CLI reads these two: any value but the empty one, `0` included. */
function asksForTls(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['DOCKER_TLS_VERIFY'] || env['DOCKER_TLS']);
}

/**
 * Reads the files of DOCKER_CERT_PATH, which asks for TLS as DOCKER_TLS_VERIFY and DOCKER_TLS do. Other than the CLI
 * does for DOCKER_TLS alone, the engine is verified.
 */
function tlsOfEnvironment(
  env: NodeJS.ProcessEnv,
  deadline: FileDeadline,
): (() => Promise<TlsSettings>) | undefined {
  const directory = env['DOCKER_CERT_PATH'];
  if (!asksForTls(env) && !directory) return undefined;
  const variable = env['DOCKER_TLS_VERIFY'] ? 'DOCKER_TLS_VERIFY' : 'DOCKER_TLS';
  const setting = directory ? 'DOCKER_CERT_PATH' : `${variable} (there is no DOCKER_CERT_PATH)`;
  const options = { setting, needsCa: true, verify: true };
  return () => readTlsDirectory(directory || configDirectory(env), options, deadline);
}

/** Reads the files that the CLI stored with a context, which may also ask for no verification. */
async function tlsOfContext(
  name: string,
  { tlsDirectory, skipTlsVerify }: DockerContext,
  deadline: FileDeadline,
): Promise<TlsSettings | undefined> {
  const verify = !skipTlsVerify;
  const setting = `the Docker context ${shownContext(name)}`;
  if (tlsDirectory) return readTlsDirectory(tlsDirectory, { setting, needsCa: false, verify }, deadline);
  return skipTlsVerify ? { rejectUnauthorized: false } : undefined;
}

/** Completes what only DOCKER_HOST may leave out: `host:port` is tcp, and `unix://` is Docker's own socket. */
function asTheCliReads(host: string): string {
  if (host === 'unix://') return 'unix:///var/run/docker.sock';
  if (host === 'npipe://') return 'npipe:////./pipe/docker_engine';
  return host.includes('://') || host.startsWith('/') || HALF_A_SCHEME.test(host) ? host : `tcp://${host}`;
}

/** A slash is missing, or both are. A port may follow: hosts are named `docker` and `tcp`, too. */
const HALF_A_SCHEME = /^(unix|npipe|tcp|tls|https?|ssh|fd):(?!\d{1,5}(\/|$))/i;

function parseOption(host: string): Host {
  if (typeof host !== 'string') throw invalidOption('host', 'a string', kindOf(host));
  return parseHost(host, (expected, given) => invalidOption('host', expected, given));
}

function parseSetting(host: string, setting: string): Host {
  return parseHost(host, (expected, given) =>
    fault('INVALID_SETTING', `Invalid ${setting}: expected ${expected}, got "${given}".`),
  );
}

function checkTls(tls: TlsOptions): void {
  if (!isObject(tls)) throw invalidOption('tls', 'an object', kindOf(tls));
  for (const part of ['ca', 'cert', 'key'] as const) {
    const given: unknown = tls[part];
    if (given === undefined || given instanceof Uint8Array || (typeof given === 'string' && given !== ''))
      continue;
    // What was given is not shown: it may be a secret in another shape.
    throw invalidOption(`tls.${part}`, 'PEM text or bytes, or the path of a PEM file', kindOf(given));
  }
  const { cert, key, serverName } = tls;
  if ((cert === undefined) !== (key === undefined)) {
    throw invalidOption('tls', '"cert" and "key" together, or neither', Object.keys(tls));
  }
  if (serverName !== undefined && (typeof serverName !== 'string' || serverName === ''))
    throw invalidOption('tls.serverName', 'a name', kindOf(serverName));
}
