import { type ContainerInfo, containers } from '@watcher/docker';
import type { DockerEvent } from '@watcher/events';
import { Informer } from '@watcher/informer';
import type { ContainerSummary } from '@watcher/testing/engine';
import type { EngineKind, Mode } from '../script/script.ts';
import { informerTiming } from '../timing.ts';

export interface StoreOptions {
  readonly host: string;
  readonly engine: EngineKind;
  readonly mode: Mode;
  readonly timeout: number;
  readonly retryInterval: number;
  readonly livenessInterval: number;
  readonly leaseInterval: number;
  readonly onError: (code: string) => void;
}

/** An informer that follows the engine through every fault: its store has to equal the engine's list when all is quiet. */
export class Store {
  readonly #informer: Informer<ContainerInfo, DockerEvent>;

  constructor({ engine, mode, onError, ...config }: StoreOptions) {
    const source = containers({ ...config, name: 'informer', forceReload: mode, all: true });
    // Without resyncs: events and gaps alone have to keep it right.
    const options = { ...informerTiming[engine], resyncInterval: 0 };
    this.#informer = new Informer(source, { ...options, onError: ({ code }) => onError(code) });
  }

  /** What differs from the engine's list, a line each. */
  difference(list: readonly ContainerSummary[]): string[] {
    const { store, state, stats } = this.#informer;
    if (state !== 'current') return [`the informer is ${state}`];
    const listed = new Map(list.map(({ Id, Names, State }) => [Id, `${Names[0]?.slice(1)} ${State}`]));
    const stored = new Map([...store].map(([id, info]) => [id, `${info.name} ${info.state}`]));
    return [...new Set([...listed.keys(), ...stored.keys()])]
      .filter((id) => listed.get(id) !== stored.get(id))
      .map(
        (id) =>
          `${id.slice(0, 12)} is ${listed.get(id) ?? 'gone'}, the store has ${stored.get(id) ?? 'nothing'} (${stats.pending} pending)`,
      );
  }

  /** The state of its informer. */
  get state(): string {
    return this.#informer.state;
  }

  close(): Promise<void> {
    return this.#informer.close();
  }
}
