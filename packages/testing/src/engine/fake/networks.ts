import { EngineError } from '../test-engine.ts';
import { type Container, isRunning } from './container.ts';
import type { MessageInput } from './message.ts';
import type { Network } from './network.ts';
import { randomId } from './random-id.ts';

/** The engine's networks: `none`, and those that were made; and who is connected to which. */
export class Networks {
  readonly none: Network = { id: randomId(), name: 'none', type: 'null' };
  readonly #all = new Set<Network>([this.none]);
  readonly #publish: (message: MessageInput) => void;
  readonly #changing: (container: Container) => void;

  /** @param changing called before a container's networks change */
  constructor(publish: (message: MessageInput) => void, changing: (container: Container) => void) {
    this.#publish = publish;
    this.#changing = changing;
  }

  all(): Network[] {
    return [...this.#all];
  }

  /** By name or ID. */
  find(reference: string): Network {
    for (const network of this.#all)
      if (network.name === reference || network.id === reference) return network;
    throw new EngineError(404, `network ${reference} not found`);
  }

  create(name: string): Network {
    if (this.all().some((network) => network.name === name)) {
      throw new EngineError(409, `network with name ${name} already exists`);
    }
    const network: Network = { id: randomId(), name, type: 'bridge' };
    this.#all.add(network);
    this.#tell(network, 'create');
    return network;
  }

  remove(network: Network, containers: readonly Container[]): void {
    if (network === this.none) {
      throw new EngineError(403, 'none is a pre-defined network and cannot be removed');
    }
    if (containers.some((container) => isRunning(container) && container.networks.includes(network))) {
      throw new EngineError(
        403,
        `error while removing network: network ${network.name} has active endpoints`,
      );
    }
    this.#all.delete(network);
    this.#tell(network, 'destroy');
  }

  connect(network: Network, container: Container): void {
    if (container.networks.includes(network)) {
      throw new EngineError(
        403,
        `endpoint with name ${container.name} already exists in network ${network.name}`,
      );
    }
    if (container.networks.includes(this.none)) {
      throw new EngineError(
        400,
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      );
    }
    this.#changing(container);
    container.networks.push(network);
    if (isRunning(container)) this.#tell(network, 'connect', container);
  }

  disconnect(network: Network, container: Container): void {
    const place = container.networks.indexOf(network);
    if (place < 0) {
      throw new EngineError(403, `container ${container.id} is not connected to network ${network.name}`);
    }
    this.#changing(container);
    container.networks.splice(place, 1);
    if (!isRunning(container)) return;
    // The engine says it twice, once for the endpoint and once for the container.
    this.#tell(network, 'disconnect', container);
    this.#tell(network, 'disconnect', container);
  }

  /** A container begins or ceases to run. */
  tellAll(action: 'connect' | 'disconnect', container: Container): void {
    for (const network of container.networks) this.#tell(network, action, container);
  }

  #tell({ id, name, type }: Network, action: string, container?: Container): void {
    const Attributes = { ...(container && { container: container.id }), name, type };
    this.#publish({ Type: 'network', Action: action, Actor: { ID: id, Attributes } });
  }
}
