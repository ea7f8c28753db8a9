import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, delay, systemClock } from '@watcher/core';
import { type Address, closeServer, listen } from '../listen.ts';
import type { Logger } from '../output/logger.ts';
import type { RouteRegistry } from '../routes/registry.ts';
import { isAvailable, type Route, upstreamOf } from '../routes/route.ts';
import { type ErrorPage, renderErrorPage } from './error-page.ts';
import { findRoute } from './find-route.ts';
import { Forwarder } from './forwarder.ts';
import { isProxied } from './is-proxied.ts';

export interface ProxyOptions {
  readonly registry: RouteRegistry;
  readonly logger: Logger;
  /** Whether containers whose health check does not pass get new requests. Default: false. */
  readonly ignoreHealth?: boolean;
  readonly clock?: Clock;
}

export interface ProxyStats {
  requests: number;
  /** Requests and WebSockets under way. */
  active: number;
  /** Requests that wait for the next attempt. */
  waiting: number;
  /** Requests that were answered with an error of this proxy. */
  failed: number;
}

/** Milliseconds for which a request is tried again, and between two attempts: at first, and at most. */
const RETRY = { forMs: 5000, firstMs: 50, mostMs: 500 };
const MAX_WAITING = 1000;
const MAX_CONNECTIONS = 2048;

/**
 * A reverse proxy over the route table: the Host of a request names the alias.
 *
 * - A request keeps the upstream it began with: a route that changes or goes lets running requests finish.
 * - A GET or HEAD request that has no response yet is tried again for 5 s, each time on the route of that moment.
 *   So a container can be replaced, or be slow to listen, without a failed request.
 * - Other requests are sent once: the upstream may have acted on them.
 */
export class ProxyServer {
  readonly stats: ProxyStats = { requests: 0, active: 0, waiting: 0, failed: 0 };

  readonly #registry: RouteRegistry;
  readonly #logger: Logger;
  readonly #ignoreHealth: boolean;
  readonly #clock: Clock;
  readonly #forwarder = new Forwarder();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #webSockets = new Set<Duplex>();
  readonly #closed = new AbortController();
  /** Marks requests that came through this proxy: a route to the proxy itself must not go round forever. */
  readonly #via = `1.1 watcher-${randomUUID().slice(0, 8)}`;

  constructor({ registry, logger, ignoreHealth = false, clock = systemClock }: ProxyOptions) {
    this.#registry = registry;
    this.#logger = logger;
    this.#ignoreHealth = ignoreHealth;
    this.#clock = clock;
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  /** Starts to listen. Rejects for an address that is taken. Resolves with the address and its port. */
  listen(address: Address): Promise<Address> {
    return listen(this.#server, address);
  }

  /** Stops listening. Running requests have `graceMs` milliseconds to finish. */
  async close(graceMs: number): Promise<void> {
    this.#closed.abort();
    for (const socket of this.#webSockets) socket.destroy();
    await closeServer(this.#server, graceMs);
    this.#forwarder.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.stats.requests++;
    this.stats.active++;
    try {
      const page = await this.#forward(request, response);
      if (page) this.#answer(page, request, response);
    } catch (error) {
      this.#logger.error({ err: error }, 'proxy: a request failed in an unexpected way');
      response.destroy();
    } finally {
      this.stats.active--;
    }
  }

  /** Returns the page to answer with, if there is no upstream's response. */
  async #forward(request: IncomingMessage, response: ServerResponse): Promise<ErrorPage | undefined> {
    withoutForwarded(request);
    // Each attempt of the library adds listeners.
    request.setMaxListeners(0);
    response.setMaxListeners(0);
    const until = this.#clock.monotonic() + RETRY.forMs;
    for (let wait = RETRY.firstMs; ; wait = Math.min(2 * wait, RETRY.mostMs)) {
      const page = await this.#attempt(request, response);
      if (!page || response.destroyed) return undefined;
      const isOver = this.#clock.monotonic() >= until || this.stats.waiting >= MAX_WAITING;
      if (isOver || !isRepeatable(request) || !(page.status === 502 || page.status === 503)) return page;
      this.stats.waiting++;
      await this.#changeOrDelay(wait, response);
      this.stats.waiting--;
    }
  }

  async #attempt(request: IncomingMessage, response: ServerResponse): Promise<ErrorPage | undefined> {
    const route = findRoute(request.headers.host, this.#registry);
    const page = this.#refusal(route, request);
    if (page || !route) return page;
    const headers = { via: [request.headers.via, this.#via].filter(Boolean).join(', ') };
    try {
      await this.#forwarder.web(request, response, { route, headers, canReuse: isRepeatable(request) });
      return undefined;
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return undefined;
      }
      return noAnswer(route, error);
    }
  }

  #refusal(route: Route | undefined, request: IncomingMessage): ErrorPage | undefined {
    if (!route) {
      const text = `No route is called ${JSON.stringify(request.headers.host ?? '')}.`;
      return { status: 404, title: 'No such route', text, entries: this.#registry.entries };
    }
    if (!isProxied(route))
      return { status: 501, title: 'Not served', text: `This proxy does not speak ${route.scheme}.` };
    if (request.headers.via?.includes(this.#via))
      return {
        status: 508,
        title: 'Loop detected',
        text: `The route ${route.alias} leads back to this proxy.`,
      };
    if (!this.#ignoreHealth && !isAvailable(route))
      return { status: 503, title: 'Not ready', text: `${route.alias} is ${route.health}; try again later.` };
    return undefined;
  }

  #answer(page: ErrorPage, request: IncomingMessage, response: ServerResponse): void {
    this.stats.failed++;
    const { status, headers, body } = renderErrorPage(page, request);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    withoutForwarded(request);
    socket.on('error', () => socket.destroy());
    const route = findRoute(request.headers.host, this.#registry);
    const page = this.#refusal(route, request);
    if (page || !route) {
      socket.end(
        `HTTP/1.1 ${page?.status ?? 404} ${page?.title}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
      return;
    }
    this.stats.active++;
    this.#webSockets.add(socket);
    socket.once('close', () => {
      this.stats.active--;
      this.#webSockets.delete(socket);
    });
    try {
      await this.#forwarder.webSocket(request, socket, head, route);
    } catch {
      this.stats.failed++;
      socket.destroy();
    }
  }

  /** Waits until the table changes, the time is over, the client is gone or the proxy is closed. */
  async #changeOrDelay(milliseconds: number, response: ServerResponse): Promise<void> {
    const change = new AbortController();
    const stop = () => change.abort();
    using _ = this.#registry.subscribe(stop);
    response.once('close', stop);
    await delay(this.#clock, milliseconds, AbortSignal.any([change.signal, this.#closed.signal]));
    response.off('close', stop);
  }
}

function noAnswer(route: Route, error: unknown): ErrorPage {
  const { code, message } = error as NodeJS.ErrnoException;
  return {
    status: 502,
    title: 'No answer',
    text: `${route.alias}: ${upstreamOf(route)} does not answer (${code ?? message}).`,
  };
}

/** Returns whether a request may be sent twice: it changes nothing, and has no body that is gone once it was sent. */
function isRepeatable({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return (method === 'GET' || method === 'HEAD') && !hasBody;
}

/** Removes the client's claims about earlier proxies: none is trusted. */
function withoutForwarded({ headers }: IncomingMessage): void {
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-forwarded-') || name === 'forwarded') delete headers[name];
  }
}
