import type { DockerWatcher } from '@watcher/docker';
import type { Reach } from '../routes/reach.ts';
import { type ContainerList, containersOf } from './containers-of.ts';

/** The containers of an engine, and how they are reached from here. */
export interface EngineList extends ContainerList {
  readonly reach: Reach;
}

/**
 * Lists the containers that run, the oldest first. While the watcher has a stream, the list comes from the same engine,
 * over the same connection settings.
 *
 * @throws {WatcherError} when the engine does not answer within the watcher's timeout, or refuses
 */
export async function listRunning(watcher: DockerWatcher, signal: AbortSignal): Promise<EngineList> {
  await using connection = await watcher.connect({ signal });
  const answer = await connection.docker.listContainers({ abortSignal: signal });
  return { ...containersOf(answer), reach: reachOf(connection.host) };
}

/** Returns how the containers of an engine are reached: directly on this machine, else at the engine's machine. */
export function reachOf(host: string): Reach {
  const hostname = /^(?:unix|npipe):/.test(host) ? 'localhost' : hostnameOf(host);
  return isLoopback(hostname) ? LOCAL : { publicHost: hostname, private: false };
}

const LOCAL: Reach = { publicHost: '127.0.0.1', private: true };

function hostnameOf(host: string): string {
  return new URL(host).hostname.replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127\./.test(hostname);
}
