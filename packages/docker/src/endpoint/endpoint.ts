import { invalidOption } from '@watcher/core';
import { fault } from '../errors/fault.ts';
import { isObject, kindOf } from '../kind-of.ts';
import { defaultHost } from './default-socket.ts';
import { configDirectory, currentContext, type DockerContext, readContext } from './docker-context.ts';
import { type Host, parseHost } from './parse-host.ts';
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

/** A host as it may be shown. @throws {WatcherError} `INVALID_OPTION` for one that is none */
export function shownHost(host: string): string {
  return parseOption(host).shown;
}

/**
 * Where the engine is: `host`, else DOCKER_HOST, else the Docker CLI's context, else the platform's socket. As in
 * the Docker CLI, DOCKER_HOST goes before DOCKER_CONTEXT.
 *
 * @throws {WatcherError} `INVALID_SETTING` for a setting that is wrong or a file that cannot be read
 */
export function resolveEndpoint(settings: EndpointSettings, env: NodeJS.ProcessEnv = process.env): Endpoint {
  const { host, from, tls: others } = locate(settings, env);
  const apiVersion = versionOfEnvironment(env);
  if (settings.tls && !mayUseTls(host)) {
    const found = `"${host.shown}" (${from})`;
    throw fault(
      'INVALID_SETTING',
      `Invalid "tls": it needs a tcp:// or https:// "host" beside it, found ${found}.`,
    );
  }
  const tls = mayUseTls(host) ? tlsFor(host, settings.tls, others) : undefined;
  return { host, ...(tls && { tls }), ...(apiVersion && { apiVersion }) };
}

/**
 * What the engine that {@link resolveEndpoint} would lead to is called; undefined where a setting is wrong. Reads
 * no certificate.
 */
export function nameEndpoint(
  settings: EndpointSettings,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  try {
    return locate(settings, env).host.shown;
  } catch {
    return undefined; // it is said when it is connected to
  }
}

/** Whether the address leaves room for TLS: a plain `http://` stays plain. */
function mayUseTls(host: Host): boolean {
  return host.kind === 'tcp' && host.secure !== false;
}

function tlsFor(
  host: Host,
  option: TlsOptions | undefined,
  others: Location['tls'],
): TlsSettings | undefined {
  const settings = option ? readTlsOptions(option) : others?.();
  if (settings) return settings;
  return host.kind === 'tcp' && host.secure ? { rejectUnauthorized: true } : undefined;
}

interface Location {
  readonly host: Host;
  /** What the host is the value of, for an error. */
  readonly from: string;
  /** Reads the TLS files that go with it; called only where the address can use them. */
  readonly tls?: (() => TlsSettings | undefined) | undefined;
}

function locate({ host: option }: EndpointSettings, env: NodeJS.ProcessEnv): Location {
  if (option !== undefined) {
    return { host: parseOption(option), from: 'host', tls: tlsOfEnvironment(env) };
  }
  const fromEnvironment = env['DOCKER_HOST']?.trim();
  if (fromEnvironment) {
    const from = 'DOCKER_HOST';
    const host = parseSetting(asTheCliReads(fromEnvironment), from);
    if (env['DOCKER_TLS_VERIFY'] && host.kind === 'tcp' && host.secure === false) {
      const what = `expected tcp:// or https:// beside DOCKER_TLS_VERIFY, got "${host.shown}"`;
      throw fault('INVALID_SETTING', `Invalid DOCKER_HOST: ${what}.`);
    }
    return { host, from, tls: tlsOfEnvironment(env) };
  }
  const name = currentContext(env);
  if (name === undefined) {
    const from = 'default host';
    return { host: parseSetting(defaultHost(env), from), from };
  }
  const from = `host of the Docker context "${name}"`;
  const context = readContext(name, env);
  return { host: parseSetting(context.host, from), from, tls: () => tlsOfContext(name, context) };
}

/** DOCKER_TLS_VERIFY asks for TLS, as DOCKER_CERT_PATH does, where the files are. What is asked for is verified. */
function tlsOfEnvironment(env: NodeJS.ProcessEnv): (() => TlsSettings) | undefined {
  const directory = env['DOCKER_CERT_PATH'];
  if (!env['DOCKER_TLS_VERIFY'] && !directory) return undefined;
  const setting = directory ? 'DOCKER_CERT_PATH' : 'DOCKER_TLS_VERIFY (there is no DOCKER_CERT_PATH)';
  return () => readTlsDirectory(directory || configDirectory(env), { setting, needsCa: true, verify: true });
}

/** The files that the CLI stored with a context; it may also say to trust whoever answers. */
function tlsOfContext(name: string, { tlsDirectory, skipTlsVerify }: DockerContext): TlsSettings | undefined {
  const verify = !skipTlsVerify;
  const setting = `the Docker context "${name}"`;
  if (tlsDirectory) return readTlsDirectory(tlsDirectory, { setting, needsCa: false, verify });
  return skipTlsVerify ? { rejectUnauthorized: false } : undefined;
}

/** What only DOCKER_HOST may leave out: `host:port` is tcp, and `unix://` is Docker's own socket. */
function asTheCliReads(host: string): string {
  if (host === 'unix://') return 'unix:///var/run/docker.sock';
  if (host === 'npipe://') return 'npipe:////./pipe/docker_engine';
  return host.includes('://') || host.startsWith('/') ? host : `tcp://${host}`;
}

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
    throw invalidOption('tls.serverName', 'a name', serverName);
}
