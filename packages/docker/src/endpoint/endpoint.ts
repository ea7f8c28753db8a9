import { invalidOption, type WatcherError } from '@watcher/core';
import { fault } from '../engine/faults.ts';
import { defaultHost } from './default-socket.ts';
import { configDirectory, currentContext, readContext } from './docker-context.ts';
import { type Host, parseHost } from './parse-host.ts';
import { readTlsDirectory, readTlsOptions, type TlsOptions, type TlsSettings } from './tls-settings.ts';

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
}

/**
 * Checks settings without touching a file.
 *
 * @throws {WatcherError} `INVALID_OPTION`, naming `host` or `tls`
 */
export function checkEndpointSettings({ host, tls }: EndpointSettings): void {
  if (tls !== undefined && (typeof tls !== 'object' || tls === null))
    throw invalidOption('tls', 'an object', tls);
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw invalidOption('tls', 'cert and key together, or neither', Object.keys(tls));
  }
  if (host === undefined) return;
  const parsed = parseOption(host);
  if (tls && (parsed.kind !== 'tcp' || parsed.secure === false)) {
    throw invalidOption('tls', 'a tcp:// or https:// host to go with it', parsed.shown);
  }
}

/**
 * Where the engine is: `host`, else DOCKER_HOST, else the Docker CLI's context, else the platform's socket. As in
 * the Docker CLI, DOCKER_HOST goes before DOCKER_CONTEXT.
 *
 * @throws {WatcherError} `INVALID_SETTING` for a setting that is wrong or a file that cannot be read
 */
export function resolveEndpoint(
  { host, tls }: EndpointSettings,
  env: NodeJS.ProcessEnv = process.env,
): Endpoint {
  const given = tls && readTlsOptions(tls);
  if (host !== undefined) return withTls(parseOption(host), given ?? tlsOfEnvironment(env));
  const fromEnvironment = env['DOCKER_HOST'];
  if (fromEnvironment) {
    return withTls(parseSetting(fromEnvironment, 'DOCKER_HOST'), given ?? tlsOfEnvironment(env));
  }
  const name = currentContext(env);
  if (name === undefined) return withTls(parseSetting(defaultHost(env), 'the default host'), given);
  const context = readContext(name, env);
  const setting = `the TLS files of the Docker context "${name}"`;
  const files =
    context.tlsDirectory && readTlsDirectory(context.tlsDirectory, setting, !context.skipTlsVerify);
  return withTls(
    parseSetting(context.host, `the host of the Docker context "${name}"`),
    given ?? (files || undefined),
  );
}

/** TLS as far as the address leaves room for it: a plain `http://` stays plain, `https://` needs no certificates. */
function withTls(host: Host, tls: (() => TlsSettings) | TlsSettings | undefined): Endpoint {
  if (host.kind !== 'tcp' || host.secure === false) return { host };
  const settings = typeof tls === 'function' ? tls() : tls;
  if (settings) return { host, tls: settings };
  return host.secure ? { host, tls: { rejectUnauthorized: true } } : { host };
}

/** DOCKER_TLS_VERIFY asks for TLS, with the files in DOCKER_CERT_PATH; read only where the address can use it. */
function tlsOfEnvironment(env: NodeJS.ProcessEnv): (() => TlsSettings) | undefined {
  const directory = env['DOCKER_CERT_PATH'];
  if (!env['DOCKER_TLS_VERIFY'] && !directory) return undefined;
  return () => readTlsDirectory(directory || configDirectory(env), 'DOCKER_CERT_PATH');
}

function parseOption(host: string): Host {
  if (typeof host !== 'string') throw invalidOption('host', 'a string', host);
  return parseHost(host, (expected, given): WatcherError => invalidOption('host', expected, given));
}

function parseSetting(host: string, setting: string): Host {
  return parseHost(host, (expected, given) =>
    fault('INVALID_SETTING', `Invalid ${setting}: expected ${expected}, got "${given}".`),
  );
}
