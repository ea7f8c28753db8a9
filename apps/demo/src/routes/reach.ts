import type { Container, ContainerNetwork, ContainerPort } from './container.ts';

/** How the containers of an engine are reached from here. */
export interface Reach {
  /** The engine's machine, where ports are published: `127.0.0.1` for a local engine. */
  readonly publicHost: string;
  /** Whether the containers' own addresses are reachable: on a local engine. */
  readonly private: boolean;
}

export interface Reachable {
  readonly host: string;
  /** The ports that can be reached at `host`. Undefined for any: the host is the container itself. */
  readonly portOf: (wanted: number) => number | undefined;
  readonly ports: readonly ContainerPort[];
}

/**
 * Returns where a container is reached: at its own address, on the machine's network, or at a published port. There
 * is no guess: `127.0.0.1` with a port that the container did not publish would be another program's.
 *
 * @returns a reason where it cannot be reached
 */
export function reachOf(container: Container, reach: Reach): Reachable | { readonly reason: string } {
  const { ports } = container;
  if (container.usesHostNetwork) return { host: reach.publicHost, portOf: (port) => port, ports };
  if (reach.private) {
    const network = chosenNetwork(container);
    if (network === 'missing')
      return { reason: 'proxy.network: the container is in no network of this name' };
    if (network?.address) return { host: network.address, portOf: (port) => privatePort(port, ports), ports };
  }
  const published = ports.filter((port) => port.public !== undefined);
  if (published.length === 0) {
    const advice = reach.private ? 'connect it to a network, or publish a port' : 'publish a port';
    return { reason: `it has no address that can be reached from here; ${advice}` };
  }
  const portOf = (wanted: number) =>
    (published.find((port) => port.private === wanted) ?? published.find((port) => port.public === wanted))
      ?.public;
  return { host: reach.publicHost, portOf, ports: published };
}

/** A published port may be given in the place of the container's own. */
function privatePort(wanted: number, ports: readonly ContainerPort[]): number {
  if (ports.some((port) => port.private === wanted)) return wanted;
  return ports.find((port) => port.public === wanted)?.private ?? wanted;
}

/** `proxy.network` names a network, or one of the container's compose project. The default is the first with an address. */
function chosenNetwork({ labels, networks }: Container): ContainerNetwork | 'missing' | undefined {
  const wanted = labels['proxy.network']?.trim();
  if (!wanted) return networks.find(({ address }) => address !== undefined);
  const project = labels['com.docker.compose.project'];
  const find = (name: string) => networks.find((network) => network.name === name);
  return find(wanted) ?? (project ? find(`${project}_${wanted}`) : undefined) ?? 'missing';
}
