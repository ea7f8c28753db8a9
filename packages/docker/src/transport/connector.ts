import { type Clock, isWatcherError } from '@watcher/core';
import { until } from '../concurrency.ts';
import { type Endpoint, type EndpointSettings, resolveEndpoint } from '../endpoint/endpoint.ts';
import type { FileDeadline } from '../endpoint/settings-file.ts';
import { retryable } from '../errors/fault.ts';
import { Requests } from '../history/requests.ts';
import type { DockerClient } from './client.ts';
import type { DockerReader } from './docker-reader.ts';
import { DockerodeTransport } from './dockerode-transport.ts';
import type { EngineHttp } from './engine-http.ts';
import { EngineModem } from './engine-modem.ts';
import { loadDockerode } from './load-dockerode.ts';
import { openEngine } from './open-transport.ts';

/** The way to one engine for as long as it is open. Disposing closes what it keeps. */
export interface Connection extends AsyncDisposable {
  readonly requests: Requests;
}

/** A connected dockerode. Disposing it ends its requests and streams. */
export interface DockerConnection<Docker = DockerReader> extends AsyncDisposable {
  /** A dockerode for requests that read: list, inspect, events, logs, stats, and every other `GET`. */
  readonly docker: Docker;
  /** The engine's address as it may be shown: without login. `docker` where `client` is set. */
  readonly host: string;
  /** Ends the requests and streams of `docker`; resolves when its connections are closed. May be called again. */
  close(): Promise<void>;
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
  /** The connections of the same watcher. */
  readonly open: OpenEngines;
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
   *   when certificates are being renewed; `UNREACHABLE` when a file cannot be read for now, or not within `timeout`.
   *   The signal's reason when `signal` is aborted
   */
  async connect(signal: AbortSignal): Promise<Connection> {
    const { client, clock, timeout } = this.#options;
    if (client) {
      const transport = new DockerodeTransport(client);
      return {
        requests: new Requests({ transport, clock, timeout, host: this.host }),
        async [Symbol.asyncDispose]() {},
      };
    }
    const { lease, Docker } = await this.#openAnew(signal);
    // Each request of a watch is limited where it is sent, since a stream may wait for longer than another.
    const modem = new EngineModem(lease.http);
    const transport = new DockerodeTransport(new Docker({ modem }));
    const requests = new Requests({ transport, clock, timeout, host: lease.http.host });
    return { requests, [Symbol.asyncDispose]: () => closeAll(modem, lease) };
  }

  /**
   * Connects a dockerode, to the engine that a stream of the same watcher is connected to now; or else as
   * {@link connect} does. Opens no socket yet.
   *
   * @throws {WatcherError} as `connect` does; the reason of `signal` when that is aborted
   */
  async connectDocker(signal: AbortSignal): Promise<DockerConnection<unknown>> {
    const { client, clock, timeout, open } = this.#options;
    signal.throwIfAborted();
    if (client) {
      const close = async () => {};
      return { docker: client, host: this.host, close, [Symbol.asyncDispose]: close };
    }
    const shared = open.join();
    const opening = shared
      ? loadDockerode().then((Docker) => ({ Docker, lease: shared }))
      : this.#openAnew(signal);
    const { Docker, lease } = await until(opening, signal).catch((error) => {
      opening.then(({ lease }) => lease[Symbol.asyncDispose]()).catch(() => shared?.[Symbol.asyncDispose]());
      throw error;
    });
    const modem = new EngineModem(lease.http, { clock, timeout });
    let closing: Promise<void> | undefined;
    const close = () => {
      signal.removeEventListener('abort', close);
      closing ??= closeAll(modem, lease, signal.reason);
      return closing;
    };
    signal.addEventListener('abort', close, { once: true });
    const docker = new Docker({ modem });
    return { docker, host: lease.http.host, close, [Symbol.asyncDispose]: close };
  }

  async #openAnew(signal: AbortSignal) {
    const { endpoint, clock, timeout, open } = this.#options;
    const loading = loadDockerode();
    loading.catch(() => {}); // a setting that is wrong is reported first
    const resolved = await this.#find(endpoint, { clock, timeout, signal });
    const Docker = await loading;
    return { Docker, lease: open.add(openEngine(resolved, clock, timeout)) };
  }

  async #find(settings: EndpointSettings, deadline: FileDeadline): Promise<Endpoint> {
    try {
      const endpoint = await resolveEndpoint(settings, process.env, deadline);
      this.#wasFound = true;
      return endpoint;
    } catch (error) {
      throw this.#wasFound && isWatcherError(error) ? retryable(error) : error;
    }
  }
}

async function closeAll(modem: EngineModem, lease: EngineLease, reason?: unknown): Promise<void> {
  const closed = modem.close(reason);
  await lease[Symbol.asyncDispose]();
  await closed;
}

/** A share in an engine's connections. Disposing the last one closes them; disposing again does nothing. */
export interface EngineLease extends AsyncDisposable {
  readonly http: EngineHttp;
}

/**
 * The engines that one watcher is connected to. A list has to come from the engine that the stream comes from, though
 * another context was chosen meanwhile; and a login over ssh is expensive. So a connection that is opened
 * while a stream is open shares the connections of that stream.
 */
export class OpenEngines {
  #latest: { readonly http: EngineHttp; leases: number } | undefined;

  /** Takes an engine that was opened just now, and returns the first lease of it. */
  add(http: EngineHttp): EngineLease {
    const engine = { http, leases: 0 };
    this.#latest = engine;
    return this.#lease(engine);
  }

  /** Returns another lease of the engine that was opened last, if it is still open. */
  join(): EngineLease | undefined {
    return this.#latest && this.#lease(this.#latest);
  }

  #lease(engine: { readonly http: EngineHttp; leases: number }): EngineLease {
    engine.leases++;
    let closing: Promise<void> | undefined;
    const close = async () => {
      if (--engine.leases > 0) return;
      if (this.#latest === engine) this.#latest = undefined;
      await engine.http.close();
    };
    return {
      http: engine.http,
      [Symbol.asyncDispose]() {
        closing ??= close();
        return closing;
      },
    };
  }
}
