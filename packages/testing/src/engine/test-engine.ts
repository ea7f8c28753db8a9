/**
 * A container engine that a test drives: the fake, or a real one that was started for the test. What is done
 * here happens at the engine itself, past any fault that stands between it and a watcher.
 *
 * @example
 * ```ts
 * import { DockerWatcher } from '@watcher/docker';
 *
 * await using engine = await FakeEngine.start();
 * await using stream = new DockerWatcher({ host: engine.host }).events();
 * const id = await engine.create({ name: 'web', labels: { tier: 'front' } });
 * await engine.start(id);
 * ```
 */
export interface TestEngine extends AsyncDisposable {
  readonly kind: 'fake' | 'docker' | 'podman';
  /** Where it listens: `unix:///…/docker.sock` or `tcp://127.0.0.1:PORT`. The same through a restart. */
  readonly host: string;

  /** Creates a container that, once started, runs until it is stopped. Resolves to its ID. */
  create(options: CreateOptions): Promise<string>;
  /** Each of these takes an ID or a name, and rejects with an {@link EngineError} when the engine refuses. */
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  kill(id: string): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  /** Removes it, running or not. */
  remove(id: string): Promise<void>;

  /** Networks beside `none`, at engines that can have them here. */
  readonly networks?: TestNetworks;

  /** The containers, newest first, as `GET /containers/json` has them: running ones, or `all`. */
  list(options?: { readonly all?: boolean }): Promise<ContainerSummary[]>;

  /**
   * The daemon dies as by `kill -9`: connections break and nobody answers. A Docker Engine forgets its events;
   * Podman keeps them in a file.
   */
  crash(): Promise<void>;
  /**
   * The daemon is up again on the same host; if it was up, it crashes first. A Docker Engine stops what its
   * predecessor left running, and tells of it before it answers; at Podman it runs on.
   */
  restart(): Promise<void>;
}

/** Each takes a network by name or ID, and a container likewise. */
export interface TestNetworks {
  /** Makes one. Resolves to its ID. */
  create(name: string): Promise<string>;
  /** Fails while a running container is connected. */
  remove(network: string): Promise<void>;
  /** Fails for a container that was created without a network of its own. */
  connect(network: string, id: string): Promise<void>;
  disconnect(network: string, id: string): Promise<void>;
}

export interface CreateOptions {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Which of `networks` it is connected to. Default: `none`, which allows no other. */
  readonly network?: string;
}

/** One container in the Engine API's list, as far as every engine here fills it in. */
export interface ContainerSummary {
  readonly Id: string;
  /** With a leading slash: `['/web']`. */
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Ports: readonly PortSummary[];
  readonly Labels: Readonly<Record<string, string>>;
  /** `created`, `running`, `paused`, `exited` and the like. */
  readonly State: string;
  /** For people: `Up 3 seconds`. */
  readonly Status: string;
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, NetworkSummary>> };
  readonly Mounts: readonly unknown[];
}

export interface PortSummary {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

export interface NetworkSummary {
  readonly NetworkID: string;
  readonly EndpointID: string;
  readonly IPAddress: string;
}

/** An engine's refusal: the HTTP status and the message it answered with. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** The HTTP status, or 0 when nobody answered. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
