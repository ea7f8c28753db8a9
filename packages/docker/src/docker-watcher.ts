import type { Clock, ReloadReason, Watcher, WatcherError, WatchOptions, WatchStream } from '@watcher/core';
import { Action, type DockerEvent, dockerEventMap, EventChannel, forceReload } from '@watcher/events';
import {
  type DockerProviderConfig,
  type DockerWatchOptions,
  readConfig,
  readWatchOptions,
  type Settings,
} from './config.ts';
import { nameEndpoint } from './endpoint/endpoint.ts';
import { fault, withSource } from './errors/fault.ts';
import { ContainerHistory } from './events/container-history.ts';
import { parseMessage } from './events/message.ts';
import { createSelector, type Selector } from './filters/selector.ts';
import { Session } from './session/session.ts';
import { type DockerStreamStatus, StatusKeeper } from './session/status.ts';
import { Engine } from './transport/connector.ts';

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

  /** @throws {WatcherError} `INVALID_OPTION`, naming the option, what was expected and what was given */
  constructor(config: DockerProviderConfig = {}) {
    this.#settings = readConfig(config);
  }

  /**
   * Starts watching. Events of up to a second before the call may come too: the engine tells its own time only to
   * the second.
   *
   * @throws {WatcherError} `INVALID_OPTION` for filters that no event can meet, or another option that is wrong
   */
  events(given: DockerWatchOptions = {}): DockerWatchStream {
    const { filters, ...options } = readWatchOptions(given);
    const select = createSelector(filters);
    const settings = this.#settings;
    const { clock } = settings;
    const source = settings.name ?? nameOf(settings);
    const stream = new DockerStream({ ...options, source, clock });
    return stream.run((signal) => watch(stream, settings, select, signal));
  }
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
  settings: Settings,
  select: Selector,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, timeout, logger } = settings;
  const { source, status } = stream;
  const engine = new Engine({ endpoint: settings, client, clock, timeout, name: source });
  const report = (error: WatcherError) => {
    logger?.debug({ source, code: error.code, error: error.message }, 'docker watcher: connection failed');
    stream.error(withSource(error, source));
  };
  const history = new ContainerHistory({
    names: (select.actions & Action.ContainerRename) !== 0,
    health: (select.actions & (Action.ContainerHealthy | Action.ContainerUnhealthy)) !== 0,
  });
  const reload = (reason: ReloadReason) => {
    if (reason === 'gap') history.forget();
    stream.tell(reason);
  };
  const unreadable = (what: string) => {
    report(fault('PROTOCOL', `${source} sent ${what}; what it told of is unknown, so a reload is due.`));
    reload('gap');
  };
  const session = new Session(
    engine,
    settings,
    {
      opened() {
        logger?.debug({ source }, 'docker watcher opened');
        stream.opened();
      },
      line(line) {
        if (isNoise(line)) return;
        const parsed = parseMessage(line);
        if (!parsed) return unreadable('a line that is no event');
        if (parsed.isTooLarge) {
          if (Object.hasOwn(dockerEventMap, parsed.type))
            unreadable('an event that is larger than its limits');
          return;
        }
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
      tooLong: () => unreadable('a line too long to be an event'),
      error: report,
      reload,
    },
    status,
  );
  try {
    await session.run(signal);
  } catch (error) {
    logger?.error({ source, error: (error as Error).message }, 'docker watcher: failed to initialize client');
    throw withSource(error as WatcherError, source);
  } finally {
    status.enter('closed');
    logger?.debug({ source }, 'docker watcher closed');
  }
}

/**
 * Whether a line is of an exec, which no filter selects: a health check makes three at each probe, the bulk of
 * what a busy engine tells. Told by how the engine begins such a line, so that it need not be parsed.
 */
function isNoise(line: string): boolean {
  return line.startsWith('{"status":"exec_') || line.startsWith('{"Type":"container","Action":"exec_');
}

function nameOf(settings: Settings): string {
  return (settings.client ? undefined : nameEndpoint(settings)) ?? 'docker';
}
