import {
  type DockerWatcher,
  dockerFilter,
  dockerFilterContainerNameId,
  dockerFilters,
} from '@watcher/docker';
import { Action, isContainerStart, isForceReload, needsReload } from '@watcher/events';

export interface IdleWatcherOptions {
  readonly watcher: DockerWatcher;
  /** The container's name or ID. */
  readonly container: string;
  /** Milliseconds without a request after which the container is stopped. */
  readonly idleTimeout: number;
  /** Stops the container. */
  readonly stop: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Stops one container that nobody uses, and follows whether it runs, whoever starts or stops it. */
export class IdleWatcher {
  isRunning = false;
  readonly #options: IdleWatcherOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IdleWatcherOptions) {
    this.#options = options;
  }

  /** Call it for each request to the container. */
  used(): void {
    clearTimeout(this.#timer);
    const { idleTimeout, stop, onError } = this.#options;
    if (this.isRunning) this.#timer = setTimeout(() => void stop().catch(onError), idleTimeout);
  }

  /** Follows the container until `signal` is aborted. */
  async run(): Promise<void> {
    const { watcher, container, onError, signal } = this.#options;
    const filters = dockerFilters(
      dockerFilter('type', 'container'),
      dockerFilter('event', 'start', 'unpause', 'pause', 'die'),
      dockerFilterContainerNameId(container),
    );
    await using stream = watcher.events({ filters, signal, onError });
    stream.ready.then(
      () => this.#inspect(),
      () => {},
    ); // the loop below throws it
    for await (const event of stream) {
      if (isForceReload(event)) {
        if (needsReload(event)) await this.#inspect();
      } else this.#set(isContainerStart(event.action) && event.action !== Action.ContainerCreate);
    }
    clearTimeout(this.#timer);
  }

  async #inspect(): Promise<void> {
    const { watcher, container, onError, signal } = this.#options;
    try {
      await using connection = await watcher.connect({ signal });
      const all = await connection.docker.listContainers({ filters: { name: [`^/${container}$`] } });
      this.#set(all.some(({ State }) => State === 'running'));
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }

  #set(isRunning: boolean): void {
    this.isRunning = isRunning;
    this.used();
  }
}
