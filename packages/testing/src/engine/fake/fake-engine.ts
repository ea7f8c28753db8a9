import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationOption, systemClock } from '@watcher/core';
import { type ContainerSummary, EngineError, type TestEngine, type TestNetworks } from '../test-engine.ts';
import { type Container, isRunning } from './container.ts';
import { summaryOf } from './container-views.ts';
import { type ContainerOptions, Containers } from './containers.ts';
import { type Dialect, dialects } from './dialect.ts';
import { type Address, EngineServer } from './engine-server.ts';
import { EngineTime } from './engine-time.ts';
import { EventHub } from './event-hub.ts';
import type { EngineRequest } from './exchange.ts';
import { checkOptions, type FakeEngineOptions } from './fake-engine-options.ts';
import { ActiveFaults } from './faults/active-faults.ts';
import { Faults } from './faults/faults.ts';
import { completeMessage, type EngineMessage, type MessageInput } from './message.ts';
import { randomId } from './random-id.ts';
import { Recent } from './recent.ts';
import { RequestHandler } from './request-handler.ts';

/**
 * A Docker Engine in this process: the part of its API that whoever watches one needs, containers that are
 * nothing but a state, and faults on demand. It writes and forgets events as the real one does.
 *
 * @example
 * ```ts
 * await using engine = await FakeEngine.start();
 * const id = await engine.create({ name: 'web' });
 * await engine.start(id);
 * engine.faults.reset();
 * ```
 */
export class FakeEngine implements TestEngine {
  readonly kind = 'fake';
  /** What can go wrong, on demand. */
  readonly faults: Faults;
  readonly networks: TestNetworks;

  readonly #dialect: Dialect;
  readonly #folder: string | undefined;
  readonly #time: EngineTime;
  readonly #containers: Containers;
  readonly #hub: EventHub;
  readonly #server: EngineServer;
  readonly #published: Recent<EngineMessage>;
  readonly #requests: Recent<EngineRequest>;
  /** What raft's log has of a swarm: a manager that restarts emits it again. */
  readonly #raft = new Recent<EngineMessage>(RAFT_HISTORY);
  #up = true;

  /**
   * Starts one that listens when this resolves.
   *
   * @throws {WatcherError} `INVALID_OPTION` for an option that is wrong in itself
   */
  static async start(options: FakeEngineOptions = {}): Promise<FakeEngine> {
    checkOptions(options);
    const { listen = 'socket' } = options;
    const folder = listen === 'socket' ? await mkdtemp(join(tmpdir(), 'fake-engine-')) : undefined;
    const address = folder === undefined ? { port: Number(listen) } : { path: join(folder, 'docker.sock') };
    const engine = new FakeEngine(options, address, folder);
    await engine.#server.listen();
    return engine;
  }

  private constructor(options: FakeEngineOptions, address: Address, folder: string | undefined) {
    const { dialect = 'docker', clock = systemClock, keep = 4096 } = options;
    this.#dialect = dialects[dialect];
    this.#folder = folder;
    this.#published = new Recent(keep);
    this.#requests = new Recent(keep);
    this.#time = new EngineTime(clock);
    this.#hub = new EventHub(this.#dialect.ringSize);
    this.#containers = new Containers({
      time: this.#time,
      clock,
      tellsEverySignal: this.#dialect.tellsEverySignal,
      attributes: this.#dialect.attributes,
      publish: (message) => {
        for (const own of this.#dialect.translate(message)) this.publish(own);
      },
    });
    this.networks = networksOf(this.#containers);
    const faults = new ActiveFaults();
    const handler = new RequestHandler({
      dialect: this.#dialect,
      clock,
      time: this.#time,
      hub: this.#hub,
      containers: this.#containers,
      faults,
      requests: this.#requests,
    });
    this.#server = new EngineServer(address, handler.listener);
    this.faults = new Faults(this.#server, clock, faults, this.#hub);
  }

  get host(): string {
    return this.#server.host;
  }

  // Containers.

  async create(options: ContainerOptions): Promise<string> {
    this.#mustBeUp();
    const image = this.#dialect.image(options.image ?? 'watcher-test');
    return this.#containers.create({ stopSignal: 'SIGKILL', ...options, image }).id;
  }

  async start(id: string): Promise<void> {
    this.#containers.start(this.#find(id));
  }

  async stop(id: string): Promise<void> {
    this.#containers.stop(this.#find(id));
  }

  /** @param signal by name or number; what is neither SIGKILL nor its stop signal does not end it */
  async kill(id: string, signal = 'SIGKILL'): Promise<void> {
    this.#containers.kill(this.#find(id), signal);
  }

  async pause(id: string): Promise<void> {
    this.#containers.pause(this.#find(id));
  }

  async unpause(id: string): Promise<void> {
    this.#containers.unpause(this.#find(id));
  }

  async rename(id: string, name: string): Promise<void> {
    this.#containers.rename(this.#find(id), name);
  }

  async remove(id: string): Promise<void> {
    this.#containers.remove(this.#find(id), true);
  }

  /** Its process ends by itself: `die`, and nothing before it. */
  async exit(id: string, exitCode = 0): Promise<void> {
    this.#containers.exit(this.#find(id), exitCode);
  }

  /** Its health check comes to another result. */
  async setHealth(id: string, health: 'healthy' | 'unhealthy'): Promise<void> {
    const container = this.#find(id);
    container.health = health;
    this.#containers.tell(container, `health_status: ${health}`);
  }

  /** A command is run in it, as health checks do: three events that change nothing. */
  async exec(id: string, command = 'true', exitCode = 0): Promise<void> {
    const container = this.#find(id);
    const execID = randomId();
    this.#containers.tell(container, `exec_create: ${command}`, { execID });
    this.#containers.tell(container, `exec_start: ${command}`, { execID });
    this.#containers.tell(container, 'exec_die', { execID, exitCode: String(exitCode) });
  }

  async list({ all = false }: { readonly all?: boolean } = {}): Promise<ContainerSummary[]> {
    this.#mustBeUp();
    return this.#containers
      .all()
      .filter((container) => all || isRunning(container))
      .map(summaryOf);
  }

  /**
   * Milliseconds by which lists and inspects lag behind `die`, `pause`, `unpause`, `connect` and `disconnect`, as at a
   * Docker Engine, which emits these before it saves the change. Default 0. Applies to later changes. `list()` of this
   * class does not lag.
   *
   * @throws {WatcherError} `INVALID_OPTION` for a value that is not a duration
   */
  get listLag(): number {
    return this.#containers.listLag;
  }

  set listLag(milliseconds: number) {
    this.#containers.listLag = durationOption('listLag', milliseconds, 0);
  }

  // Events.

  /**
   * Publishes a message of any kind as it is, whatever the dialect: into the ring, and to whoever is subscribed.
   * Gives it back with all its fields. One of scope `swarm` is published again, byte for byte, after each restart: a
   * manager reads it from raft's log.
   */
  publish(message: MessageInput): EngineMessage {
    this.#mustBeUp();
    const whole = completeMessage(message, () => this.#time.next());
    this.#published.add(whole);
    if (whole.scope === 'swarm') this.#raft.add(whole);
    this.#hub.publish(whole);
    return whole;
  }

  /**
   * Publishes messages one after the other, as one publisher of the real engine does: while a subscriber has no room
   * for an event, it waits up to 100 ms, and only then is the event lost to that one. {@link publish} never waits.
   */
  async publishAll(messages: Iterable<MessageInput>): Promise<void> {
    for (const message of messages) {
      this.publish(message);
      if (this.#hub.keepsWaiting) await this.#hub.room();
    }
  }

  /** The latest messages that were published, through every restart, oldest first. */
  get published(): readonly EngineMessage[] {
    return this.#published.list();
  }

  /** How many messages were published in all. */
  get publishedCount(): number {
    return this.#published.count;
  }

  /** The latest requests that were received, oldest first. */
  get requests(): readonly EngineRequest[] {
    return this.#requests.list();
  }

  /** Connections open now and accepted in all, event streams subscribed, and events that these were not sent. */
  get connections(): EngineConnections {
    const { open, accepted } = this.#server;
    const { subscribers, dropped } = this.#hub;
    return { open, accepted, subscribers, dropped };
  }

  /** The engine's wall clock, in nanoseconds since the epoch. */
  get now(): bigint {
    return this.#time.now();
  }

  /** Sets the engine's wall clock forward by `milliseconds`, or back by a negative number of them. */
  stepClock(milliseconds: number): void {
    this.#time.step(milliseconds);
  }

  // The daemon.

  async crash(): Promise<void> {
    this.#up = false;
    if (!this.#dialect.survives) this.#hub.forget();
    await this.#server.close();
  }

  async restart(): Promise<void> {
    if (this.#up) await this.crash();
    this.#up = true;
    if (!this.#dialect.survives) this.#containers.stopAll();
    for (const message of this.#raft.list()) this.#hub.publish(message);
    await this.#server.listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    await this.faults.clear();
    this.#containers.saveAll();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #find(id: string): Container {
    this.#mustBeUp();
    return this.#containers.find(id);
  }

  #mustBeUp(): void {
    if (!this.#up) throw new EngineError(0, `The fake engine at ${this.host} is down.`);
  }
}

/** Messages of a swarm that are published again after a restart, the latest. */
const RAFT_HISTORY = 128;

export interface EngineConnections {
  readonly open: number;
  readonly accepted: number;
  readonly subscribers: number;
  readonly dropped: number;
}

function networksOf(containers: Containers): TestNetworks {
  const { networks } = containers;
  return {
    create: async (name) => networks.create(name).id,
    remove: async (network) => networks.remove(networks.find(network), containers.all()),
    connect: async (network, id) => networks.connect(networks.find(network), containers.find(id)),
    disconnect: async (network, id) => networks.disconnect(networks.find(network), containers.find(id)),
  };
}
