import { type Clock, delay, invalidOption } from '@watcher/core';
import { linkAbort, race, until } from '../concurrency.ts';
import type { DockerWatcher } from '../docker-watcher.ts';
import { fault } from '../errors/fault.ts';
import type { DockerReader } from '../transport/docker-reader.ts';

/** The part of dockerode that is used here. */
type Reader = Pick<DockerReader, 'listContainers' | 'getContainer'>;

/** What an engine names a container by: an ID or a name. */
const REFERENCE = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

const FULL_ID = /^[0-9a-f]{64}$/;

/** Milliseconds for which an inspect is waited for alone. */
const PATIENCE_MS = 1000;

/** One container, as the answer to a list or to an inspect describes it. */
export interface ContainerAnswer {
  readonly from: 'list' | 'inspect';
  readonly value: unknown;
}

interface Deadline {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
}

export interface ListQuery {
  /** All containers, or else running and paused ones. */
  readonly all: boolean;
  readonly labels: readonly string[];
}

/**
 * Reads containers from the engine that a watcher is connected to. Each request connects anew: while a stream is open it
 * shares the connection of that stream, so that a list and the events come from the same engine.
 */
export class ContainerApi {
  readonly #watcher: DockerWatcher;
  readonly #deadline: Deadline;
  /** Whether the client is one of the user's, which may have no timeout. */
  readonly #isForeign: boolean;

  /**
   * @param deadline limits requests of a client that brings no timeout of its own
   * @throws {WatcherError} `INVALID_OPTION` for a `client` that cannot list
   */
  constructor(watcher: DockerWatcher, client: unknown, deadline: Deadline) {
    this.#watcher = watcher;
    this.#deadline = deadline;
    this.#isForeign = client !== undefined;
    const { listContainers, getContainer } = (client ?? {}) as Partial<Reader>;
    if (client !== undefined && (typeof listContainers !== 'function' || typeof getContainer !== 'function'))
      throw invalidOption('client', 'a dockerode instance, with listContainers and getContainer', client);
  }

  /** @throws {WatcherError} if the engine does not answer, or not with a list */
  list({ all, labels }: ListQuery, signal: AbortSignal): Promise<readonly unknown[]> {
    const filters = {
      // Podman leaves paused containers out unless it is asked for them.
      ...(!all && { status: ['running', 'paused'] }),
      ...(labels.length > 0 && { label: labels }),
    };
    return this.#list({ all, filters }, signal);
  }

  async #list(
    query: { readonly all: boolean; readonly filters: object },
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const answer: unknown = await this.#ask(signal, (docker, abortSignal) =>
      docker.listContainers({ all: query.all, filters: JSON.stringify(query.filters), abortSignal }),
    );
    if (Array.isArray(answer)) return answer;
    throw fault('PROTOCOL', 'GET /containers/json was not answered with an array. Is it an engine?');
  }

  /**
   * Returns one container by its ID or name, described by an inspect. Undefined where there is none.
   *
   * An engine holds a container's lock while it starts, stops or removes it, and an inspect waits for that lock, for
   * seconds. A list does not: after {@link PATIENCE_MS} it is asked for this container, and the first answer counts.
   */
  async get(reference: string, signal: AbortSignal): Promise<ContainerAnswer | undefined> {
    if (!REFERENCE.test(reference)) return undefined;
    return await race(
      signal,
      (own) => this.#inspect(reference, own),
      (own) => this.#listOne(reference, own),
    );
  }

  async #inspect(reference: string, signal: AbortSignal): Promise<ContainerAnswer | undefined> {
    try {
      const details = await this.#ask(signal, (docker, abortSignal) =>
        docker.getContainer(reference).inspect({ abortSignal }),
      );
      return { from: 'inspect', value: details };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #listOne(reference: string, signal: AbortSignal): Promise<ContainerAnswer | undefined> {
    if (!(await delay(this.#deadline.clock, PATIENCE_MS, signal))) throw signal.reason;
    // A name is a pattern here; an ID is matched by its beginning.
    const filter = FULL_ID.test(reference)
      ? { id: [reference] }
      : { name: [`^/?${escapePattern(reference)}$`] };
    const [value] = await this.#list({ all: true, filters: filter }, signal);
    return value === undefined ? undefined : { from: 'list', value };
  }

  async #ask<A>(signal: AbortSignal, ask: (docker: Reader, signal: AbortSignal) => Promise<A>): Promise<A> {
    await using connection = await this.#watcher.connect<Reader>({ signal });
    if (!this.#isForeign) return await ask(connection.docker, signal);
    const { clock, timeout } = this.#deadline;
    using link = linkAbort(signal);
    let isLate = false;
    const timer = clock.setTimeout(() => {
      isLate = true;
      link.abort();
    }, timeout);
    try {
      return await until(ask(connection.docker, link.signal), link.signal);
    } catch (error) {
      if (!isLate) throw error;
      throw fault(
        'TIMEOUT',
        `No answer from ${connection.host} within ${timeout} ms. If it is only slow, raise "timeout".`,
      );
    } finally {
      clock.clearTimeout(timer);
    }
  }
}

/** Of a {@link REFERENCE}, the dot alone means something in a pattern. */
function escapePattern(name: string): string {
  return name.replaceAll('.', '\\.');
}

/** Podman answers 500 for a container that is removed while it is inspected. */
function isNotFound(error: unknown): boolean {
  const { statusCode, message } = error as { readonly statusCode?: unknown; readonly message?: unknown };
  return statusCode === 404 || (statusCode === 500 && String(message).includes('no such container'));
}
