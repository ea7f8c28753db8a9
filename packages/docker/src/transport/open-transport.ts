import * as http from 'node:http';
import * as https from 'node:https';
import { type Clock, systemClock } from '@watcher/core';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { DockerClient } from './client.ts';
import { HttpClient, type Route } from './engine-modem.ts';
import { SshAgent } from './ssh-agent.ts';

export interface CreatedClient {
  readonly client: DockerClient;
  /** Resolves when every connection that is left is closed. */
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly clock?: Clock;
  /** Milliseconds for any one request to be answered. Default 3000. */
  readonly timeout?: number;
}

/** A client for an endpoint, with connections of its own. */
export function createClient(
  endpoint: Endpoint,
  { clock = systemClock, timeout = 3000 }: ClientOptions = {},
): CreatedClient {
  const { route, close } = routeTo(endpoint, clock);
  // A refusal has come in time when its headers have; that it was one is not to be lost to a body that never ends.
  const client = new HttpClient(route, { clock, milliseconds: Math.min(1000, timeout / 2) });
  return {
    client,
    async close() {
      await close();
      await client.idle();
    },
  };
}

interface OpenRoute {
  readonly route: Route;
  close(): Promise<void>;
}

function routeTo({ host, tls, apiVersion }: Endpoint, clock: Clock): OpenRoute {
  const common = { secure: tls !== undefined, pathPrefix: '', login: undefined, apiVersion };
  if (host.kind === 'ssh') {
    const agent = new SshAgent(host, clock);
    // The name is of no effect: the far end of the connection is the engine's own socket.
    const target = { host: 'docker', port: 80 };
    return { route: { ...common, agent, target }, close: () => agent.close() };
  }
  const agent = tls ? new https.Agent({ ...tls }) : new http.Agent();
  const close = async () => agent.destroy();
  if (host.kind === 'socket') {
    return { route: { ...common, agent, target: { socketPath: host.path } }, close };
  }
  const { hostname, path: pathPrefix, login } = host;
  const target = { host: hostname, port: host.port ?? defaultPort(host.secure, tls !== undefined) };
  return { route: { ...common, agent, target, pathPrefix, login }, close };
}

/** Docker's own ports where the scheme is its own, the web's where it is the web's. */
function defaultPort(secure: boolean | undefined, tls: boolean): number {
  if (secure === undefined) return tls ? 2376 : 2375;
  return secure ? 443 : 80;
}
