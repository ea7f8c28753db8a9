import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Passage } from './passage.ts';
import { none, type ProxyFaults } from './proxy-faults.ts';

/** Stands between a watcher and a real engine, on a Unix socket of its own. */
export class EngineProxy implements AsyncDisposable {
  readonly host: string;
  readonly #folder: string;
  readonly #target: string;
  readonly #passages = new Set<Passage>();
  readonly #apiVersion: string;
  #server: Server | undefined;
  #faults: ProxyFaults = { ...none };
  /** Connections that were taken so far. */
  accepted = 0;

  /**
   * @param target the path of the engine's socket
   * @param apiVersion the newest version of its API, as `1.41`
   */
  static async open(target: string, apiVersion: string): Promise<EngineProxy> {
    const proxy = new EngineProxy(await mkdtemp(join(tmpdir(), 'chaos-')), target, apiVersion);
    await proxy.#listen();
    return proxy;
  }

  private constructor(folder: string, target: string, apiVersion: string) {
    this.#folder = folder;
    this.#target = target;
    this.#apiVersion = apiVersion;
    this.host = `unix://${this.#path}`;
  }

  get connections(): number {
    return this.#passages.size;
  }

  get streams(): number {
    return [...this.#passages].filter(({ isStream }) => isStream).length;
  }

  /** From now on these hold beside those that hold already. */
  async begin(faults: Partial<ProxyFaults>): Promise<void> {
    this.#faults = { ...this.#faults, ...faults };
    for (const passage of this.#passages) passage.meet(this.#faults);
  }

  /** Nothing listens any more; what is open stays. */
  async refuse(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
    await rm(this.#path, { force: true });
  }

  /** No fault holds any more. What was held up goes on. */
  async lift(): Promise<void> {
    this.#faults = { ...none };
    for (const passage of this.#passages) passage.meet(this.#faults);
    if (!this.#server) await this.#listen();
  }

  /** The event streams that are open bring nothing ever again, and stay open. */
  deafen(): void {
    for (const passage of this.#passages) if (passage.isStream) passage.deafen();
  }

  /** Breaks connections: all, or event streams only. */
  cut(which: 'all' | 'streams'): void {
    for (const passage of this.#passages) if (which === 'all' || passage.isStream) passage.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse();
    this.cut('all');
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #path(): string {
    return join(this.#folder, 'proxy.sock');
  }

  #listen(): Promise<void> {
    const server = createServer((client) => this.#take(client));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
  }

  #take(client: Socket): void {
    this.accepted++;
    const passage = new Passage(client, () => connect(this.#target), this.#apiVersion);
    this.#passages.add(passage);
    client.once('close', () => this.#passages.delete(passage));
    passage.meet(this.#faults);
  }
}
