import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSummary, CreateOptions, TestEngine } from '../test-engine.ts';
import { Daemon } from './daemon.ts';
import { EngineApi } from './engine-api.ts';
import { makeEngineFolder, removeAbandonedFolders, removeEngineFolder } from './engine-folder.ts';
import { imageArchive } from './image-archive.ts';
import { findProgram, missing, programPath } from './programs.ts';
import { canConnect } from './wait-until.ts';

export interface DockerEngineOptions {
  /** Further arguments of dockerd, such as `-H tcp://…` and `--tlsverify`. */
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
 * const reason = DockerEngine.unavailable();
 * if (reason) return skip(reason);
 * await using engine = await DockerEngine.start();
 * ```
 */
export class DockerEngine implements TestEngine {
  readonly kind = 'docker';
  readonly host: string;

  readonly #options: DockerEngineOptions;
  readonly #folder: string;
  readonly #api: EngineApi;
  #containerd: Daemon | undefined;
  #dockerd: Daemon | undefined;

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
   * Starts one, which takes a few seconds, and removes what earlier ones left whose process was killed.
   *
   * @throws {Error} that says what is missing here, or what the daemon said
   */
  static async start(options: DockerEngineOptions = {}): Promise<DockerEngine> {
    const reason = DockerEngine.unavailable();
    if (reason !== undefined) throw new Error(`No Docker Engine can be started here: ${reason}.`);
    await removeAbandonedFolders();
    const engine = new DockerEngine(await makeEngineFolder(), options);
    try {
      await engine.#startContainerd();
      await engine.#startDockerd();
      await engine.#api.importImage(imageArchive());
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  private constructor(folder: string, options: DockerEngineOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#api = new EngineApi(this.#socket);
    this.host = `unix://${this.#socket}`;
  }

  /** The daemon's process, for whoever measures it; undefined while it is down. */
  get pid(): number | undefined {
    return this.#dockerd?.running ? this.#dockerd.pid : undefined;
  }

  create(options: CreateOptions): Promise<string> {
    return this.#api.create(options);
  }

  start(id: string): Promise<void> {
    return this.#api.act(id, 'start');
  }

  stop(id: string): Promise<void> {
    return this.#api.act(id, 'stop');
  }

  kill(id: string): Promise<void> {
    return this.#api.act(id, 'kill');
  }

  pause(id: string): Promise<void> {
    return this.#api.act(id, 'pause');
  }

  unpause(id: string): Promise<void> {
    return this.#api.act(id, 'unpause');
  }

  rename(id: string, name: string): Promise<void> {
    return this.#api.act(id, 'rename', { name });
  }

  remove(id: string): Promise<void> {
    return this.#api.remove(id);
  }

  list({ all = false }: { readonly all?: boolean } = {}): Promise<ContainerSummary[]> {
    return this.#api.list(all);
  }

  async crash(): Promise<void> {
    await this.#dockerd?.end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.crash();
    await this.#startDockerd();
  }

  /** The daemon stands still, its connections open. */
  freeze(): void {
    this.#dockerd?.signal('SIGSTOP');
  }

  /** It goes on. */
  thaw(): void {
    this.#dockerd?.signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    // The daemon itself cleans up best what it made; what it leaves is ended and unmounted with the folder.
    if (this.#dockerd?.running) await this.#removeContainers();
    await this.#dockerd?.end('SIGTERM');
    await this.#containerd?.end('SIGTERM');
    await removeEngineFolder(this.#folder);
  }

  get #socket(): string {
    return join(this.#folder, 'docker.sock');
  }

  get #containerdSocket(): string {
    return join(this.#folder, 'containerd.sock');
  }

  async #removeContainers(): Promise<void> {
    const containers = await this.#api.list(true).catch(() => []);
    await Promise.allSettled(containers.map(({ Id }) => this.#api.remove(Id)));
  }

  async #startContainerd(): Promise<void> {
    const config = join(this.#folder, 'containerd.toml');
    await writeFile(config, CONTAINERD_CONFIG);
    const args = [
      '--config',
      config,
      '--root',
      this.#path('containerd'),
      '--state',
      this.#path('containerd-state'),
    ];
    this.#containerd = this.#spawn('containerd', [...args, '--address', this.#containerdSocket]);
    await this.#containerd.ready(() => canConnect(this.#containerdSocket), this.#startTimeout);
  }

  async #startDockerd(): Promise<void> {
    const config = this.#path('daemon.json');
    const pidFile = this.#path('dockerd.pid');
    await writeFile(config, '{}'); // or it would read the machine's own
    await rm(pidFile, { force: true });
    await rm(this.#socket, { force: true });
    this.#dockerd = this.#spawn('dockerd', [
      ...['--config-file', config, '--pidfile', pidFile, '--host', `unix://${this.#socket}`],
      ...['--data-root', this.#path('root'), '--exec-root', this.#path('exec')],
      ...['--containerd', this.#containerdSocket, '--storage-driver', 'vfs'],
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
      ...(this.#options.args ?? []),
    ]);
    await this.#dockerd.ready(() => this.#api.ping(), this.#startTimeout);
  }

  get #startTimeout(): number {
    return this.#options.startTimeout ?? 60_000;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #spawn(program: string, args: readonly string[]): Daemon {
    return new Daemon({
      command: findProgram(program) ?? program,
      args,
      env: { PATH: programPath(), HOME: this.#folder, TMPDIR: this.#folder },
      logPath: this.#path(`${program}.log`),
    });
  }
}

/** Without what only Kubernetes needs, and without folders outside its own. */
const CONTAINERD_CONFIG = `version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
`;
