import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from './config/usage-error.ts';

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

/**
 * Listens at the address that was given, or at the default one, or on a free port where that is taken.
 *
 * @throws {UsageError} for a given address that cannot be listened on
 */
export async function listenWhereAsked(
  option: string,
  given: Address | undefined,
  standard: Address,
  start: (address: Address) => Promise<Address>,
): Promise<Address> {
  try {
    return await start(given ?? standard);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!given && code === 'EADDRINUSE') return start({ ...standard, port: 0 });
    const { host, port } = given ?? standard;
    const why = code === 'EADDRINUSE' ? 'the port is taken; give another one' : (code ?? String(error));
    throw new UsageError(`${option}: cannot listen on ${host}:${port}: ${why}.`);
  }
}
