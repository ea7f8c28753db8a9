import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '@watcher/core';
import { type ContainerSummary, EngineError, type TestEngine } from '../test-engine.ts';
import type { Container } from './container.ts';
import { summaryOf } from './container-views.ts';
import { type ContainerOptions, Containers } from './containers.ts';
import { type Dialect, type DialectName, dialects } from './dialect.ts';
import { type Address, EngineServer } from './engine-server.ts';
import { EngineTime } from './engine-time.ts';
import { EventHub } from './event-hub.ts';
import { ActiveFaults } from './faults/active-faults.ts';
import { Faults } from './faults/faults.ts';
import type { EngineMessage, MessageInput } from './message.ts';
import { RequestHandler } from './request-handler.ts';

export interface FakeEngineOptions {
  /** `socket`, in a folder of its own under the system's temporary folder, or a port on 127.0.0.1, 0 for a free one. Default: `socket`. */
  readonly listen?: 'socket' | number;
  /** Which engine it speaks like. Default: `docker`, version 20.10. */
  readonly dialect?: DialectName;
  /** The engine's wall clock, and the timers of its faults. Default: the system's. */
  readonly clock?: Clock;
  /** How many of the latest messages `published` keeps. Default: 4096. */
  readonly keepPublished?: number;
  /** Whether containers go on running through a crash and a restart. Default: false, as with Docker's default. */
  readonly liveRestore?: boolean;
}

/**
 * A Docker Engine in this process: the part of its API that whoever watches one needs, containers that are
 * nothing but a state, and faults on demand.
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

  readonly #dialect: Dialect;
  readonly #liveRestore: boolean;
  readonly #keepPublished: number;
  readonly #folder: string | undefined;
  readonly #time: EngineTime;
  readonly #containers: Containers;
  readonly #hub = new EventHub();
  readonly #active = new ActiveFaults();
  readonly #server: EngineServer;
  #published: EngineMessage[] = [];
  #publishedCount = 0;
  #up = true;

  /** Starts one that listens when this resolves. */
  static async start(options: FakeEngineOptions = {}): Promise<FakeEngine> {
    const { listen = 'socket' } = options;
    const folder = listen === 'socket' ? await mkdtemp(join(tmpdir(), 'fake-engine-')) : undefined;
    const address = folder === undefined ? { port: Number(listen) } : { path: join(folder, 'docker.sock') };
    const engine = new FakeEngine(options, address, folder);
    await engine.#server.listen();
    return engine;
  }

  private constructor(options: FakeEngineOptions, address: Address, folder: string | undefined) {
    const { dialect = 'docker', clock = systemClock, keepPublished = 4096, liveRestore = false } = options;
    this.#dialect = dialects[dialect];
    this.#keepPublished = keepPublished;
    this.#liveRestore = liveRestore;
    this.#folder = folder;
    this.#time = new EngineTime(clock);
    this.#containers = new Containers(this.#time, (message) => {
      this.publish(this.#dialect.translate(message));
    });
    const handler = new RequestHandler({
      dialect: this.#dialect,
      clock,
      time: this.#time,
      hub: this.#hub,
      containers: this.#containers,
      faults: this.#active,
    });
    this.#server = new EngineServer(address, handler.listener);
    this.faults = new Faults(this.#server, clock, this.#active);
  }

  get host(): string {
    return this.#server.host;
  }

  // Containers.

  async create(options: ContainerOptions): Promise<string> {
    this.#mustBeUp();
    return this.#containers.create({ stopSignal: 'SIGKILL', ...options }).id;
  }

  async start(id: string): Promise<void> {
    this.#containers.start(this.#find(id));
  }

  async stop(id: string): Promise<void> {
    this.#containers.stop(this.#find(id));
  }

  async kill(id: string, signal?: string): Promise<void> {
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

  /** Its health check comes to a result. */
  async setHealth(id: string, health: 'healthy' | 'unhealthy'): Promise<void> {
    const container = this.#find(id);
    container.health = health;
    this.#containers.note(container, `health_status: ${health}`);
  }

  /** A command is run in it, as health checks do: three events of no interest to most. */
  async exec(id: string, command = 'true', exitCode = 0): Promise<void> {
    const container = this.#find(id);
    const execID = 'e'.repeat(64);
    this.#containers.note(container, `exec_create: ${command}`, { execID });
    this.#containers.note(container, `exec_start: ${command}`, { execID });
    this.#containers.note(container, 'exec_die', { execID, exitCode: String(exitCode) });
  }

  async list({ all = false }: { readonly all?: boolean } = {}): Promise<ContainerSummary[]> {
    this.#mustBeUp();
    return this.#containers
      .all()
      .filter(({ state }) => all || state === 'running' || state === 'paused')
      .map((container) => summaryOf(container, this.#containers.networkId));
  }

  // Events.

  /**
   * Publishes a message of any kind, as it is, whatever the dialect: into the ring, and to whoever is subscribed.
   * Gives it back with its time.
   */
  publish(message: MessageInput): EngineMessage {
    this.#mustBeUp();
    const { Type, Action, Actor, scope = 'local', timeNano = this.#time.next(), HealthStatus } = message;
    const whole: EngineMessage = {
      Type,
      Action,
      Actor: { ID: Actor?.ID ?? '', Attributes: Actor?.Attributes ?? {} },
      scope,
      timeNano,
      ...(HealthStatus !== undefined && { HealthStatus }),
    };
    this.#record(whole);
    this.#hub.publish(whole);
    return whole;
  }

  /** The latest messages that were published, through every restart, oldest first. */
  get published(): readonly EngineMessage[] {
    return this.#published.slice(-this.#keepPublished);
  }

  /** How many messages were published in all. */
  get publishedCount(): number {
    return this.#publishedCount;
  }

  /** Connections open now and accepted in all, and how many event streams are subscribed. */
  get connections(): { readonly open: number; readonly accepted: number; readonly subscribers: number } {
    return { open: this.#server.open, accepted: this.#server.accepted, subscribers: this.#hub.subscribers };
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
    this.#hub.forget();
    await this.#server.close();
  }

  async restart(): Promise<void> {
    if (this.#up) await this.crash();
    this.#up = true;
    if (!this.#liveRestore) this.#containers.stopAll();
    await this.#server.listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    await this.faults.clear();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #find(id: string): Container {
    this.#mustBeUp();
    return this.#containers.find(id);
  }

  #mustBeUp(): void {
    if (!this.#up) throw new EngineError(0, `The fake engine at ${this.host} is down.`);
  }

  #record(message: EngineMessage): void {
    this.#publishedCount++;
    this.#published.push(message);
    if (this.#published.length >= 2 * this.#keepPublished) this.#published = this.published.slice();
  }
}
