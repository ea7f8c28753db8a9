import {
  type Clock,
  type ReloadReason,
  signalOption,
  type Watcher,
  type WatcherError,
  type WatchOptions,
  type WatchStream,
} from '@watcher/core';
import { Action, type DockerEvent, EventChannel, forceReload } from '@watcher/events';
import {
  type DockerProviderConfig,
  type DockerWatchOptions,
  readConfig,
  readWatchOptions,
  type Settings,
} from './config.ts';
import { nameEndpoint } from './endpoint/endpoint.ts';
import { withSource } from './errors/fault.ts';
import { ContainerHistory } from './events/container-history.ts';
import { createSelector, type Selector } from './filters/selector.ts';
import { Session } from './session/session.ts';
import { type DockerStreamStatus, StatusKeeper } from './session/status.ts';
import { type DockerConnection, Engine, OpenEngines } from './transport/connector.ts';
import type { DockerReader } from './transport/docker-reader.ts';

/**
 * Watches a Docker or Podman engine. Every event that the filters select reaches the consumer, or the consumer is
 * told to take stock again: over a lost connection, a restarted engine, a dead one, and when it falls behind.
 *
 * An engine that is down is no error: it is tried again until it is there, `ready` waits, and `errors` says so.
 *
 * @example
 * ```ts
 * import { formatEvent } from '@watcher/events';
 *
 * const filters = dockerFilters(DockerFilter.Container, DockerFilter.Start);
 * await using stream = new DockerWatcher().events({ filters, signal });
 * await stream.ready; // list now: what the list does not show will come as an event
 * for await (const event of stream) console.log(formatEvent(event));
 * // => started web
 * ```
 */
export class DockerWatcher implements Watcher<DockerEvent> {
  readonly #settings: Settings;
  readonly #open = new OpenEngines();

  /** @throws {WatcherError} `INVALID_OPTION`, naming the option, what was expected and what was given */
  constructor(config: DockerProviderConfig = {}) {
    this.#settings = readConfig(config);
  }

  /**
   * Starts watching. Events of the last 5 to 6 s before the call come too, and again behind a reload `gap` after a
   * reconnect: an engine emits some events before its own list shows the change. Applying one twice changes nothing.
   *
   * @throws {WatcherError} `INVALID_OPTION` for filters that no event can meet, or another option that is wrong
   */
  events(given: DockerWatchOptions = {}): DockerWatchStream {
    const { filters, ...options } = readWatchOptions(given);
    const select = createSelector(filters);
    const settings = this.#settings;
    const { clock } = settings;
    const source = sourceOf(settings);
    const stream = new DockerStream({ ...options, source, clock });
    const engine = this.#engine(source);
    return stream.run((signal) => watch(stream, engine, settings, select, signal));
  }

  /**
   * Connects a dockerode to the engine that this watcher watches: for lists, inspections, logs, statistics and every
   * other request that reads. It has the watcher's address, TLS setup, ssh connection and `timeout`. While a stream of
   * this watcher is open, it leads to the engine of that stream, even if another Docker context was chosen since.
   *
   * Opens no socket yet. Close the connection when it is no longer needed, and connect again after the engine was
   * lost: only then are the settings read anew. Where `client` is set, `docker` is that client, which stays open.
   *
   * A request that changes something is refused with `READ_ONLY`. A refusal of the engine has dockerode's `statusCode`
   * and `reason`. `timeout` limits the wait for headers, and for an answer that is not a stream; such an answer may
   * have 64 MiB.
   *
   * @typeParam Docker the type of `docker`: `Dockerode` where `@types/dockerode` is installed. Default: the part of it
   *   that reads
   * @throws {WatcherError} `INVALID_SETTING` for a setting that is wrong, or when dockerode cannot be loaded;
   *   `UNREACHABLE` when a settings file cannot be read for now
   *
   * @example
   * ```ts
   * await using connection = await new DockerWatcher().connect();
   * const containers = await connection.docker.listContainers({ all: true });
   * console.log(`${containers.length} containers`);
   * // => 0 containers
   * ```
   */
  async connect<Docker = DockerReader>(
    options: DockerConnectOptions = {},
  ): Promise<DockerConnection<Docker>> {
    const signal = signalOption('signal', options.signal) ?? new AbortController().signal;
    const connection = await this.#engine(sourceOf(this.#settings)).connectDocker(signal);
    return connection as DockerConnection<Docker>;
  }

  #engine(name: string): Engine {
    const { client, clock, timeout } = this.#settings;
    return new Engine({ endpoint: this.#settings, client, clock, timeout, name, open: this.#open });
  }
}

export interface DockerConnectOptions {
  /** Closes the connection; its requests then reject with the signal's reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** A stream of an engine's events, and where it stands with the engine. */
export interface DockerWatchStream extends WatchStream<DockerEvent> {
  readonly status: DockerStreamStatus;
}

class DockerStream extends EventChannel<DockerEvent> implements DockerWatchStream {
  readonly status: StatusKeeper;

  constructor({
    source,
    clock,
    ...options
  }: WatchOptions & { readonly source: string; readonly clock: Clock }) {
    super({ ...options, source, reload: (reason) => forceReload('docker', source, reason, clock.now()) });
    this.status = new StatusKeeper(source, clock);
    if (options.signal?.aborted) this.status.enter('closed');
  }

  tell(reason: ReloadReason): void {
    if (reason === 'gap') this.status.gaps++;
    this.push(this.reload(reason));
  }
}

async function watch(
  stream: DockerStream,
  engine: Engine,
  settings: Settings,
  select: Selector,
  signal: AbortSignal,
): Promise<void> {
  const { logger } = settings;
  const { source, status } = stream;
  const history = new ContainerHistory({
    names: (select.actions & Action.ContainerRename) !== 0,
    health: (select.actions & (Action.ContainerHealthy | Action.ContainerUnhealthy)) !== 0,
  });
  const session = new Session(
    engine,
    settings,
    {
      opened() {
        logger?.debug({ source }, 'docker watcher opened');
        stream.opened();
      },
      reopened: (reason) => logger?.debug({ source, reason }, 'docker watcher reopened'),
      event(parsed) {
        const message = history.complete(parsed);
        const action = message && select(message);
        if (message === undefined || action === undefined) return;
        const { id, attributes, time } = message;
        const actorName = attributes['name'] ?? '';
        stream.push({
          type: 'docker',
          action,
          actorName,
          actorId: id,
          actorAttributes: attributes,
          time,
          source,
        });
      },
      error(given) {
        const error = withSource(given, source);
        logger?.debug({ source, code: error.code, err: error }, 'docker watcher: connection failed');
        stream.error(error);
      },
      reload(reason) {
        if (reason === 'gap') history.forget();
        stream.tell(reason);
      },
    },
    status,
  );
  try {
    await session.run(signal);
  } catch (given) {
    const error = withSource(given as WatcherError, source);
    logger?.error({ source, code: error.code, err: error }, 'docker watcher: failed to initialize client');
    throw error;
  } finally {
    status.enter('closed');
    logger?.debug({ source }, 'docker watcher closed');
  }
}

/** Returns the `source` of a watcher's events. */
export function sourceOf(settings: Settings): string {
  return settings.name ?? (settings.client ? 'docker' : nameEndpoint(settings));
}
