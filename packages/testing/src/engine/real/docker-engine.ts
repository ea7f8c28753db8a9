import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { durationOption } from '@watcher/core';
import type { TestNetworks } from '../test-engine.ts';
import { Daemon } from './daemon.ts';
import { addBridge, makeEngineFolder, removeAbandonedFolders } from './engine-folder.ts';
import { imageArchive } from './image-archive.ts';
import { findProgram, missing, programPath } from './programs.ts';
import { RealEngine } from './real-engine.ts';
import { canConnect } from './wait-until.ts';

export interface RealEngineOptions {
  /** Further arguments of the daemon, such as `--host tcp://…` and `--tlsverify` of dockerd. */
  readonly args?: readonly string[];
  /** How long, in milliseconds, a daemon may take to start. Default: 60000. */
  readonly startTimeout?: number;
}

/**
 * A real Docker Engine of its own, in a temporary folder: dockerd, and a containerd that outlives its crashes.
 * Needs Linux, root, and Debian's `docker.io`, `containerd` and `busybox-static`, or their like.
 *
 * @example
 * ```ts
 * test.skipIf(DockerEngine.unavailable())('a container of a real engine runs', async () => {
 *   await using engine = await DockerEngine.start();
 *   await engine.start(await engine.create({ name: 'web' }));
 * });
 * ```
 */
export class DockerEngine extends RealEngine {
  readonly kind = 'docker';
  readonly networks: TestNetworks = {
    create: async (name) => this.api.createNetwork(name, await addBridge(this.folder)),
    remove: (network) => this.api.removeNetwork(network),
    connect: (network, id) => this.api.connect(network, id),
    disconnect: (network, id) => this.api.disconnect(network, id),
  };

  readonly #args: readonly string[];
  readonly #startTimeout: number;
  #containerd: Daemon | undefined;

  /** Why none can be started here, or undefined when one can. */
  static unavailable(): string | undefined {
    return missing({
      dockerd: 'docker.io',
      containerd: 'containerd',
      'containerd-shim-runc-v2': 'containerd',
      runc: 'runc',
    });
  }

  /**
   * Starts one, and removes what earlier ones left whose process was killed.
   *
   * @throws {Error} that says what is missing here, or what the daemon said
   */
  static async start(options: RealEngineOptions = {}): Promise<DockerEngine> {
    const reason = DockerEngine.unavailable();
    if (reason !== undefined) throw new Error(`No Docker Engine can be started here: ${reason}.`);
    await removeAbandonedFolders();
    const engine = new DockerEngine(await makeEngineFolder(), options);
    try {
      await engine.#startContainerd();
      await engine.restart();
      await engine.api.importImage(imageArchive());
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  private constructor(folder: string, { args = [], startTimeout }: RealEngineOptions) {
    super(folder, 'docker.sock');
    this.#args = args;
    this.#startTimeout = durationOption('startTimeout', startTimeout, 60_000);
  }

  protected override async startDaemon(): Promise<Daemon> {
    const config = this.#path('daemon.json');
    const pidFile = this.#path('dockerd.pid');
    await writeFile(config, '{}'); // or it would read the machine's own
    await rm(pidFile, { force: true });
    await rm(this.socket, { force: true });
    const daemon = this.#spawn('dockerd', [
      ...['--config-file', config, '--pidfile', pidFile, '--host', this.host],
      ...['--data-root', this.#path('root'), '--exec-root', this.#path('exec')],
      ...['--containerd', this.#path('containerd.sock'), '--storage-driver', 'vfs'],
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
      ...this.#args,
    ]);
    await daemon.ready(() => this.api.ping(), this.#startTimeout);
    return daemon;
  }

  protected override async removeAll(): Promise<void> {
    await super.removeAll();
    const networks = await this.api.ownNetworks().catch(() => []);
    await Promise.allSettled(networks.map((id) => this.api.removeNetwork(id)));
  }

  protected override async endHelpers(): Promise<void> {
    await this.#containerd?.end('SIGTERM');
  }

  async #startContainerd(): Promise<void> {
    const config = this.#path('containerd.toml');
    const socket = this.#path('containerd.sock');
    await writeFile(config, CONTAINERD_CONFIG);
    this.#containerd = this.#spawn('containerd', [
      ...['--config', config, '--address', socket],
      ...['--root', this.#path('containerd'), '--state', this.#path('containerd-state')],
    ]);
    await this.#containerd.ready(() => canConnect(socket), this.#startTimeout);
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  #spawn(program: string, args: readonly string[]): Daemon {
    return new Daemon({
      command: findProgram(program) ?? program,
      args,
      env: { PATH: programPath(), HOME: this.folder, TMPDIR: this.folder },
      logPath: this.#path(`${program}.log`),
    });
  }
}

/** Without what only Kubernetes needs, and without folders outside its own. */
const CONTAINERD_CONFIG = `version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
`;
