import * as http from 'node:http';
import * as https from 'node:https';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { DockerClient } from './client.ts';
import { SshAgent } from './ssh-agent.ts';

export interface CreatedClient {
  readonly client: DockerClient;
  /** Closes every connection that is left. */
  close(): void;
}

/**
 * A dockerode for an endpoint, with an agent of its own. dockerode is loaded here and not before: its import costs
 * more than all of this package. Each option is given, if only as undefined, since it fills in from the
 * environment what is not.
 */
export async function createClient({ host, tls }: Endpoint): Promise<CreatedClient> {
  const { default: Docker } = await import('dockerode');
  const agent =
    host.kind === 'ssh'
      ? new SshAgent(host)
      : tls
        ? new https.Agent({ ...tls, keepAlive: false })
        : new http.Agent();
  const options = {
    socketPath: host.kind === 'socket' ? host.path : undefined,
    host: host.kind === 'tcp' ? host.hostname : host.kind === 'ssh' ? 'localhost' : undefined,
    port: host.kind === 'tcp' ? (host.port ?? defaultPort(host.secure, tls !== undefined)) : undefined,
    pathPrefix: host.kind === 'tcp' ? `${host.path}/` : '/',
    protocol: tls ? 'https' : 'http',
    agent,
    headers: {},
    ca: undefined,
    cert: undefined,
    key: undefined,
    username: undefined,
    timeout: undefined,
    version: undefined,
  };
  const docker = new Docker(options as object);
  return {
    client: docker as unknown as DockerClient,
    close: () => agent.destroy(),
  };
}

/** Docker's own ports where the scheme is its own, the web's where it is the web's. */
function defaultPort(secure: boolean | undefined, tls: boolean): number {
  if (secure === undefined) return tls ? 2376 : 2375;
  return secure ? 443 : 80;
}
