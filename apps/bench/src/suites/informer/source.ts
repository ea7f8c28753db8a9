import type { ListWatch, WatcherEvent, WatchOptions } from '@watcher/core';
import { Action, EventChannel, forceReload } from '@watcher/events';

/** An item as small as a container's description: an identity, a state, labels and an address. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly revision: number;
}

/** So many items in memory, which are copied for each answer, as one that was parsed is. */
export class Items implements ListWatch<Item> {
  readonly name = 'bench';
  readonly #revisions: number[];
  #stream: EventChannel<WatcherEvent> | undefined;

  constructor(count: number) {
    this.#revisions = new Array(count).fill(0);
  }

  get count(): number {
    return this.#revisions.length;
  }

  watch(options: WatchOptions): EventChannel<WatcherEvent> {
    const stream = new EventChannel<WatcherEvent>({
      source: this.name,
      reload: (reason) => forceReload('docker', this.name, reason, 0),
      ...options,
    });
    stream.opened();
    this.#stream = stream;
    return stream;
  }

  async list(): Promise<Item[]> {
    return this.#revisions.map((_, i) => this.#item(i));
  }

  async get(key: string): Promise<Item> {
    return this.#item(Number(key));
  }

  key(item: Item): string {
    return item.id;
  }

  affects(event: WatcherEvent): string[] {
    return [event.actorId];
  }

  agrees(): boolean {
    return true;
  }

  /** Changes an item and emits the event of it. */
  change(index: number): void {
    this.#revisions[index] = (this.#revisions[index] ?? 0) + 1;
    this.#stream?.push({
      type: 'docker',
      action: Action.ContainerUpdate,
      actorName: `container-${index}`,
      actorId: String(index),
      actorAttributes: {},
      time: 0,
      source: this.name,
    });
  }

  #item(index: number): Item {
    return {
      id: String(index),
      name: `container-${index}`,
      image: 'registry.example/app:1',
      state: 'running',
      labels: { 'proxy.aliases': `app-${index}`, tier: 'front' },
      addresses: [`10.0.${index >> 8}.${index & 255}`],
      revision: this.#revisions[index] ?? 0,
    };
  }
}
