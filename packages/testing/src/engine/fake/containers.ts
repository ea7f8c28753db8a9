import type { Clock, Timer } from '@watcher/core';
import { type CreateOptions, EngineError } from '../test-engine.ts';
import { type Container, isRunning } from './container.ts';
import type { EngineTime } from './engine-time.ts';
import type { MessageInput } from './message.ts';
import { Networks } from './networks.ts';
import { randomId } from './random-id.ts';
import { signalNumber } from './signals.ts';

export interface ContainerOptions extends CreateOptions {
  /** Default: `watcher-test`. */
  readonly image?: string;
  readonly command?: readonly string[];
  /** By name or number. Default: `SIGTERM`. */
  readonly stopSignal?: string;
}

export interface ContainersOptions {
  readonly time: EngineTime;
  /** Runs the delays of {@link Containers.listLag}. */
  readonly clock: Clock;
  /** Whether stopping and removing tell of the signal that they send, as killing does. */
  readonly tellsEverySignal: boolean;
  /** What an event of a container says beside its image and name: of its labels, and of what happened. */
  readonly attributes: Attributes;
  readonly publish: (message: MessageInput) => void;
}

export type Attributes = (
  labels: Readonly<Record<string, string>>,
  happened: Readonly<Record<string, string>>,
) => Record<string, string>;

const KILL = 9;

/** The containers of the fake engine: what may be done to each in which state, and which events tell of it. */
export class Containers {
  readonly #time: EngineTime;
  readonly #tellsEverySignal: boolean;
  readonly #attributes: Attributes;
  readonly #publish: (message: MessageInput) => void;
  readonly #byId = new Map<string, Container>();
  readonly #clock: Clock;
  /** Containers whose latest change is not saved yet, as they were before it. */
  readonly #unsaved = new Map<Container, { readonly before: Container; readonly timer: Timer }>();
  /** Milliseconds from the event of a change to the moment at which lists and inspects show it. */
  listLag = 0;
  readonly networks: Networks;

  constructor({ time, clock, tellsEverySignal, attributes, publish }: ContainersOptions) {
    this.#time = time;
    this.#clock = clock;
    this.#tellsEverySignal = tellsEverySignal;
    this.#attributes = attributes;
    this.#publish = publish;
    this.networks = new Networks(publish, (container) => this.#saveLater(container));
  }

  /** Newest first, as the engine lists them. */
  all(): Container[] {
    return [...this.#byId.values()].reverse();
  }

  /** The containers as the engine has saved them, newest first: the latest change of one may be missing. */
  saved(): Container[] {
    return this.all().map((container) => this.savedStateOf(container));
  }

  savedStateOf(container: Container): Container {
    return this.#unsaved.get(container)?.before ?? container;
  }

  /** Saves every change now. */
  saveAll(): void {
    for (const container of [...this.#unsaved.keys()]) this.#save(container);
  }

  /** By ID, by name with or without its slash, or by the beginning of an ID that only one has. */
  find(reference: string): Container {
    const name = reference.replace(/^\//, '');
    const found = this.#byId.get(reference) ?? this.#byName(name) ?? this.#byPrefix(reference);
    if (!found) throw new EngineError(404, `No such container: ${reference}`);
    return found;
  }

  create(options: ContainerOptions): Container {
    const { labels = {}, image = 'watcher-test', network = 'none' } = options;
    const { command = ['sleep', 'infinity'], stopSignal = 'SIGTERM' } = options;
    const name = this.#freeName(options.name);
    const container: Container = {
      id: randomId(),
      name,
      image,
      command,
      labels: { ...labels },
      stopSignal: signalNumber(stopSignal) ?? 15,
      state: 'created',
      exitCode: 0,
      health: undefined,
      networks: [this.networks.find(network)],
      created: this.#time.now(),
      started: 0n,
      finished: 0n,
    };
    this.#byId.set(container.id, container);
    this.tell(container, 'create');
    return container;
  }

  /** False when it runs already. */
  start(container: Container): boolean {
    if (container.state === 'paused') {
      throw new EngineError(409, 'cannot start a paused container, try unpause instead');
    }
    if (container.state === 'running') return false;
    this.#save(container);
    this.networks.tellAll('connect', container);
    container.state = 'running';
    container.exitCode = 0;
    container.started = this.#time.now();
    this.tell(container, 'start');
    return true;
  }

  /** False when it does not run. */
  stop(container: Container): boolean {
    if (!isRunning(container)) return false;
    if (this.#tellsEverySignal) this.tell(container, 'kill', { signal: String(container.stopSignal) });
    this.exit(container, 128 + container.stopSignal);
    this.tell(container, 'stop');
    return true;
  }

  kill(container: Container, signal = 'SIGKILL'): void {
    const number = signalNumber(signal);
    if (number === undefined) throw new EngineError(400, `Invalid signal: ${signal}`);
    if (!isRunning(container)) {
      throw new EngineError(
        409,
        `Cannot kill container: ${container.name}: Container ${container.id} is not running`,
      );
    }
    this.tell(container, 'kill', { signal: String(number) });
    if (number === KILL || number === container.stopSignal) this.exit(container, 128 + number);
  }

  /** Its process ends, by itself or by a signal. */
  exit(container: Container, exitCode: number): void {
    if (!isRunning(container)) throw new EngineError(409, `Container ${container.id} is not running`);
    this.#saveLater(container);
    container.state = 'exited';
    container.exitCode = exitCode;
    container.finished = this.#time.now();
    this.tell(container, 'die', { exitCode: String(exitCode) });
    this.networks.tellAll('disconnect', container);
  }

  pause(container: Container): void {
    if (container.state === 'paused')
      throw new EngineError(409, `Container ${container.id} is already paused`);
    if (container.state !== 'running') {
      throw new EngineError(409, `Container ${container.id} is not running`);
    }
    this.#saveLater(container);
    container.state = 'paused';
    this.tell(container, 'pause');
  }

  unpause(container: Container): void {
    if (container.state !== 'paused') throw new EngineError(500, `Container ${container.id} is not paused`);
    this.#saveLater(container);
    container.state = 'running';
    this.tell(container, 'unpause');
  }

  rename(container: Container, name: string): void {
    if (!name) throw new EngineError(400, 'Neither old nor new names may be empty');
    if (name.replace(/^\//, '') === container.name) {
      throw new EngineError(400, 'Renaming a container with the same name as its current name');
    }
    const oldName = `/${container.name}`;
    this.#save(container);
    container.name = this.#freeName(name, 'Error when allocating new name: ');
    this.tell(container, 'rename', { oldName });
  }

  remove(container: Container, force: boolean): void {
    if (isRunning(container)) {
      if (!force) throw new EngineError(409, refusesToRemove(container));
      if (this.#tellsEverySignal) this.tell(container, 'kill', { signal: String(KILL) });
      this.exit(container, 128 + KILL);
    }
    this.#save(container);
    this.#byId.delete(container.id);
    this.tell(container, 'destroy');
  }

  /** A daemon that starts again stops what its predecessor left running. */
  stopAll(): void {
    this.saveAll();
    for (const container of this.#byId.values()) {
      if (!isRunning(container)) continue;
      this.tell(container, 'kill', { signal: String(container.stopSignal) });
      container.state = 'exited';
      container.exitCode = 128 + container.stopSignal;
      container.finished = this.#time.now();
      this.tell(container, 'die', { exitCode: String(container.exitCode) });
      this.tell(container, 'stop');
    }
  }

  /** Publishes an event of a container. */
  tell(container: Container, action: string, happened: Record<string, string> = {}): void {
    const { id, name, image, labels } = container;
    const all = { ...this.#attributes(labels, happened), image, name };
    this.#publish({ Type: 'container', Action: action, Actor: { ID: id, Attributes: sorted(all) } });
  }

  /** A container is about to change. Changes of one container are saved in order, each before the next begins. */
  #saveLater(container: Container): void {
    this.#save(container);
    if (this.listLag === 0) return;
    const before = { ...container, networks: [...container.networks] };
    const timer = this.#clock.setTimeout(() => this.#save(container), this.listLag);
    this.#unsaved.set(container, { before, timer });
  }

  #save(container: Container): void {
    const unsaved = this.#unsaved.get(container);
    if (!unsaved) return;
    this.#clock.clearTimeout(unsaved.timer);
    this.#unsaved.delete(container);
  }

  #freeName(given: string, context = ''): string {
    const name = given.replace(/^\//, '');
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
      throw new EngineError(
        400,
        `Invalid container name (${given}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      );
    }
    const taken = this.#byName(name);
    if (!taken) return name;
    throw new EngineError(
      409,
      `${context}Conflict. The container name "/${name}" is already in use by container "${taken.id}". ` +
        'You have to remove (or rename) that container to be able to reuse that name.',
    );
  }

  #byName(name: string): Container | undefined {
    for (const container of this.#byId.values()) if (container.name === name) return container;
    return undefined;
  }

  #byPrefix(prefix: string): Container | undefined {
    const found = [...this.#byId.values()].filter(({ id }) => id.startsWith(prefix));
    return prefix && found.length === 1 ? found[0] : undefined;
  }
}

/** The engine writes attributes in the order of their names. */
function sorted(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refusesToRemove({ id, state }: Container): string {
  return state === 'paused'
    ? `You cannot remove a paused container ${id}. Unpause and then stop the container before attempting removal or force remove`
    : `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`;
}
