import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Address {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
}

/** Starts a server. Resolves with its port filled in, and rejects where it cannot listen. */
export async function listen(server: Server, { host, port }: Address): Promise<Address> {
  server.listen(port, host);
  await once(server, 'listening');
  return { host, port: (server.address() as AddressInfo).port };
}

/** Stops a server. Running requests have `graceMs` milliseconds to finish; then their connections are closed. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(timer);
}

/** Returns an address as a browser takes it. */
export function urlOf({ host, port }: Address): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
