import { type Clock, isWatcherError } from '@watcher/core';
import { type Endpoint, type EndpointSettings, resolveEndpoint } from '../endpoint/endpoint.ts';
import { retryable } from '../errors/fault.ts';
import { Requests } from '../history/requests.ts';
import type { DockerClient } from './client.ts';
import { createClient } from './open-transport.ts';

/** The way to one engine for as long as it is open. Disposing closes what it keeps. */
export interface Connection extends AsyncDisposable {
  readonly requests: Requests;
}

export interface EngineOptions {
  readonly endpoint: EndpointSettings;
  /** A client of the user's own, in place of an endpoint. */
  readonly client: DockerClient | undefined;
  readonly clock: Clock;
  /** Milliseconds for any one request to be answered. */
  readonly timeout: number;
  /** What errors and events call it. */
  readonly name: string;
}

/** One engine, and how it is reached. */
export class Engine {
  readonly #options: EngineOptions;
  /** The settings were right once: if they are not now, they are being changed, and will be again. */
  #wasFound = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get host(): string {
    return this.#options.name;
  }

  /**
   * Finds out where the engine is and prepares a client for it. Anew each time, so that a socket that appears, a
   * context that is switched and a certificate that is renewed are seen. Opens no socket yet.
   *
   * @throws {WatcherError} `INVALID_SETTING`: one that no retry can mend at first, and one that can later on, as
   *   when certificates are being renewed; `UNREACHABLE` when a file cannot be read for now
   */
  async connect(): Promise<Connection> {
    const { client, endpoint, clock, timeout } = this.#options;
    if (client) {
      const requests = new Requests({ client, clock, timeout, host: this.host });
      return { requests, async [Symbol.asyncDispose]() {} };
    }
    const resolved = this.#find(endpoint);
    const created = createClient(resolved, { clock, timeout });
    const requests = new Requests({ client: created.client, clock, timeout, host: resolved.host.shown });
    return { requests, [Symbol.asyncDispose]: () => created.close() };
  }

  #find(settings: EndpointSettings): Endpoint {
    try {
      const endpoint = resolveEndpoint(settings);
      this.#wasFound = true;
      return endpoint;
    } catch (error) {
      throw this.#wasFound && isWatcherError(error) ? retryable(error) : error;
    }
  }
}
