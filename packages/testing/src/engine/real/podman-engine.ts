import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { durationOption } from '@watcher/core';
import { Daemon } from './daemon.ts';
import type { RealEngineOptions } from './docker-engine.ts';
import { makeEngineFolder, removeAbandonedFolders } from './engine-folder.ts';
import { imageArchive } from './image-archive.ts';
import { findProgram, missing, programPath } from './programs.ts';
import { RealEngine } from './real-engine.ts';

/**
 * A real Podman of its own, in a temporary folder, at its Docker-compatible socket. Needs Linux, root, and Debian's
 * `podman`, `conmon`, `crun` or `runc`, and `busybox-static`, or their like.
 *
 * It has no daemon to speak of: containers and remembered events outlive a crash.
 *
 * @example
 * ```ts
 * test.skipIf(PodmanEngine.unavailable())('a container of a real engine runs', async () => {
 *   await using engine = await PodmanEngine.start();
 *   await engine.start(await engine.create({ name: 'web' }));
 * });
 * ```
 */
export class PodmanEngine extends RealEngine {
  readonly kind = 'podman';
  readonly #args: readonly string[];
  readonly #startTimeout: number;

  /** Why none can be started here, or undefined when one can. */
  static unavailable(): string | undefined {
    return missing({ podman: 'podman', conmon: 'conmon', [runtime()]: 'crun' });
  }

  /**
   * Starts one, and removes what earlier ones left whose process was killed.
   *
   * @throws {Error} that says what is missing here, or what the daemon said
   */
  static async start(options: RealEngineOptions = {}): Promise<PodmanEngine> {
    const reason = PodmanEngine.unavailable();
    if (reason !== undefined) throw new Error(`No Podman can be started here: ${reason}.`);
    await removeAbandonedFolders();
    const engine = new PodmanEngine(await makeEngineFolder(), options);
    try {
      await engine.#configure();
      await engine.restart();
      await engine.api.importImage(imageArchive());
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  private constructor(folder: string, { args = [], startTimeout }: RealEngineOptions) {
    super(folder, 'podman.sock');
    this.#args = args;
    this.#startTimeout = durationOption('startTimeout', startTimeout, 60_000);
  }

  protected override async startDaemon(): Promise<Daemon> {
    await rm(this.socket, { force: true });
    const daemon = new Daemon({
      command: findProgram('podman') ?? 'podman',
      args: [
        ...['--tmpdir', this.#path('tmp')],
        ...['system', 'service', '--time', '0', ...this.#args, this.host],
      ],
      env: {
        PATH: programPath(),
        HOME: this.folder,
        TMPDIR: this.folder,
        CONTAINERS_CONF: this.#path('containers.conf'),
        CONTAINERS_STORAGE_CONF: this.#path('storage.conf'),
      },
      logPath: this.#path('podman.log'),
    });
    await daemon.ready(() => this.api.ping(), this.#startTimeout);
    return daemon;
  }

  async #configure(): Promise<void> {
    await writeFile(this.#path('containers.conf'), containersConfig());
    await writeFile(this.#path('storage.conf'), storageConfig(this.#path('root'), this.#path('run')));
  }

  #path(name: string): string {
    return join(this.folder, name);
  }
}

/** What a root of few rights can do, and nothing that other engines share: locks, events, limits of its own. */
const containersConfig = () => `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "none"
[engine]
runtime = "${runtime()}"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
`;

const storageConfig = (root: string, run: string) => `[storage]
driver = "vfs"
graphroot = "${root}"
runroot = "${run}"
`;

function runtime(): string {
  return findProgram('runc') ? 'runc' : 'crun';
}
