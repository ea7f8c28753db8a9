import { EngineError } from '../test-engine.ts';
import { randomId } from './random-id.ts';

export interface Network {
  readonly id: string;
  readonly name: string;
  /** Its driver: `null` for the one network of containers without any. */
  readonly type: string;
}

/** The engine's networks: `none`, and those that were made. */
export class Networks {
  readonly none: Network = { id: randomId(), name: 'none', type: 'null' };
  readonly #all = new Set<Network>([this.none]);

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
    return network;
  }

  remove(network: Network): void {
    if (network === this.none)
      throw new EngineError(403, 'none is a pre-defined network and cannot be removed');
    this.#all.delete(network);
  }
}
