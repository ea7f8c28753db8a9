import { join } from 'node:path';
import type { ContainerSummary, CreateOptions, TestEngine } from '../test-engine.ts';
import type { Daemon } from './daemon.ts';
import { EngineApi } from './engine-api.ts';
import { removeEngineFolder } from './engine-folder.ts';

/** What a real engine needs of every kind: a folder, a socket in it, and the daemon that answers there. */
export abstract class RealEngine implements TestEngine {
  abstract readonly kind: 'docker' | 'podman';
  readonly host: string;

  protected readonly folder: string;
  protected readonly socket: string;
  protected readonly api: EngineApi;
  protected daemon: Daemon | undefined;

  /** @param folder what it has to itself; removed when it is disposed */
  protected constructor(folder: string, socketName: string) {
    this.folder = folder;
    this.socket = join(folder, socketName);
    this.host = `unix://${this.socket}`;
    this.api = new EngineApi(this.socket);
  }

  /** Starts the daemon on the engine's socket; resolves when it answers. */
  protected abstract startDaemon(): Promise<Daemon>;

  /** Ends what runs beside the daemon, once that is gone. */
  protected async endHelpers(): Promise<void> {}

  /** The daemon's process, for whoever measures it; undefined while it is down. */
  get pid(): number | undefined {
    return this.daemon?.running ? this.daemon.pid : undefined;
  }

  create(options: CreateOptions): Promise<string> {
    return this.api.create(options);
  }

  start(id: string): Promise<void> {
    return this.api.act(id, 'start');
  }

  stop(id: string): Promise<void> {
    return this.api.act(id, 'stop');
  }

  kill(id: string): Promise<void> {
    return this.api.act(id, 'kill');
  }

  pause(id: string): Promise<void> {
    return this.api.act(id, 'pause');
  }

  unpause(id: string): Promise<void> {
    return this.api.act(id, 'unpause');
  }

  rename(id: string, name: string): Promise<void> {
    return this.api.act(id, 'rename', { name });
  }

  remove(id: string): Promise<void> {
    return this.api.remove(id);
  }

  list({ all = false }: { readonly all?: boolean } = {}): Promise<ContainerSummary[]> {
    return this.api.list(all);
  }

  async crash(): Promise<void> {
    await this.daemon?.end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.crash();
    this.daemon = await this.startDaemon();
  }

  /** The daemon stands still: its connections stay open, and nothing is answered. */
  freeze(): void {
    this.daemon?.signal('SIGSTOP');
  }

  /** It goes on where it stood. */
  thaw(): void {
    this.daemon?.signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    // The engine itself cleans up best what it made; what it leaves is ended and unmounted with the folder.
    if (this.daemon?.running) await this.removeAll();
    await this.daemon?.end('SIGTERM');
    await this.endHelpers();
    await removeEngineFolder(this.folder);
  }

  /** Removes what was made in the engine, as far as it can be. */
  protected async removeAll(): Promise<void> {
    const containers = await this.api.list(true).catch(() => []);
    await Promise.allSettled(containers.map(({ Id }) => this.api.remove(Id)));
  }
}
