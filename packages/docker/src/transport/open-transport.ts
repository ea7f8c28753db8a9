import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '@watcher/core';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { EngineHttp, type Route } from './engine-http.ts';
import { shareLookups } from './lookup.ts';
import { SshAgent } from './ssh-agent.ts';

/** Prepares the way to an endpoint, with its own connections. Opens none yet. */
export function openEngine(endpoint: Endpoint, clock: Clock, timeout: number): EngineHttp {
  // A refusal is in time when its headers are. A body that never ends must not hide what they say.
  const patience = { clock, milliseconds: Math.min(1000, timeout / 2) };
  return new EngineHttp(endpoint.host.shown, routeTo(endpoint, clock, timeout), patience);
}

function routeTo({ host, tls, apiVersion }: Endpoint, clock: Clock, timeout: number): Route {
  const common = { secure: tls !== undefined, pathPrefix: '', login: undefined, apiVersion };
  if (host.kind === 'ssh') {
    const agent = new SshAgent(host, { clock, timeout });
    // The name is of no effect: the far end of the connection is the engine's own socket.
    const target = { host: 'docker', port: 80 };
    return { ...common, agent, keepingAgent: agent, target, close: () => agent.close() };
  }
  const openAgent = (options: http.AgentOptions) =>
    shareLookups(tls ? new https.Agent({ ...tls, ...options }) : new http.Agent(options));
  const agents = { agent: openAgent({}), keepingAgent: openAgent(KEEP_ALIVE) };
  const close = async () => {
    agents.agent.destroy();
    agents.keepingAgent.destroy();
  };
  if (host.kind === 'socket') {
    return { ...common, ...agents, target: { socketPath: host.path }, close };
  }
  const { hostname, path: pathPrefix, login } = host;
  const target = { host: hostname, port: host.port ?? defaultPort(host.secure, tls !== undefined) };
  return { ...common, ...agents, target, pathPrefix, login, close };
}

/**
 * `timeout` closes a connection after 4 idle seconds, before a firewall drops it silently. It does not end a request
 * that waits for its answer.
 */
const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 8, timeout: 4000 } as const;

/** Docker's ports for Docker's scheme, the web's for the web's. */
function defaultPort(secure: boolean | undefined, tls: boolean): number {
  if (secure === undefined) return tls ? 2376 : 2375;
  return secure ? 443 : 80;
}
