import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DockerOptions } from 'dockerode';
import { UsageError } from '../config/settings.ts';
import type { Reach } from '../routes/reach.ts';

/** An engine's address, understood. */
export interface Endpoint {
  readonly host: string;
  /** All that dockerode would otherwise take from the environment is set, or set to undefined. */
  readonly options: DockerOptions;
  readonly reach: Reach;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {UsageError} for an address of no known form, or one that asks for keys that cannot be read */
export function endpointOf(host: string, environment: Environment): Endpoint {
  const pipe = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
  if (pipe !== undefined) return { host, options: { ...NOTHING, socketPath: pipe }, reach: LOCAL };

  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (!url?.hostname || !['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    const expected = 'expected an engine at unix://, npipe://, tcp://, http:// or https://';
    throw new UsageError(`"${withoutLogin(host)}": ${expected}.`);
  }
  if (url.username || url.password) {
    const advice =
      'let the proxy that asks for it pass this machine, or give certificates by DOCKER_CERT_PATH';
    throw new UsageError(`"${withoutLogin(host)}": expected no user and password in it; ${advice}.`);
  }
  const { DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, DOCKER_CONFIG } = environment;
  const hasKeys = !!DOCKER_TLS_VERIFY || !!DOCKER_CERT_PATH;
  const secure = url.protocol === 'https:' || (url.protocol === 'tcp:' && hasKeys);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const options = {
    ...NOTHING,
    ...(secure && hasKeys && keys(DOCKER_CERT_PATH || DOCKER_CONFIG || join(homedir(), '.docker'))),
    protocol: secure ? 'https' : 'http',
    host: url.hostname,
    port: url.port || defaultPort(url.protocol, secure),
  } as const;
  return { host, options, reach: isLoopback(hostname) ? LOCAL : { publicHost: hostname, private: false } };
}

/** An address as it may be shown: not who logs in, nor with what password. */
export function withoutLogin(host: string): string {
  return /^(unix|npipe):/.test(host) ? host : host.replace(/^([a-z]*:\/\/)?.*@/is, '$1');
}

const LOCAL: Reach = { publicHost: '127.0.0.1', private: true };

const NOTHING = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  protocol: 'http',
  pathPrefix: '/',
  ca: undefined,
  cert: undefined,
  key: undefined,
} as unknown as DockerOptions;

function defaultPort(protocol: string, secure: boolean): number {
  if (protocol === 'tcp:') return secure ? 2376 : 2375;
  return secure ? 443 : 80;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127\./.test(hostname);
}

function keys(directory: string) {
  const read = (file: string) => {
    try {
      return readFileSync(join(directory, file), 'utf8');
    } catch (error) {
      throw new UsageError(`DOCKER_CERT_PATH: cannot read ${file}: ${(error as Error).message}.`);
    }
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
