import { Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';
import { type Route, upstreamOf } from '../routes/route.ts';

/** Milliseconds in which an upstream has to accept a connection. */
const CONNECT_TIMEOUT_MS = 1000;
const UPGRADE_TIMEOUT_MS = 10_000;

/** Forwards one request to one upstream, once. */
export class Forwarder {
  readonly #agents = {
    http: new Agent({ keepAlive: true, maxFreeSockets: 64 }),
    https: new TlsAgent({ keepAlive: true, maxFreeSockets: 64 }),
  };
  readonly #proxy = createProxyServer({ xfwd: true, upgradeTimeout: UPGRADE_TIMEOUT_MS });

  constructor() {
    this.#proxy.on('proxyReq', limitConnectTime);
  }

  /**
   * Resolves when the response is sent, or the client is gone. Rejects when the upstream gave none; once the response
   * has begun, a fault of the upstream closes the client's connection.
   *
   * @param canReuse takes a connection that is kept open. The upstream may be closing it, so only requests that may
   *   be repeated take one.
   */
  async web(
    request: IncomingMessage,
    response: ServerResponse,
    { route, canReuse, headers }: { route: Route; canReuse: boolean; headers: Record<string, string> },
  ): Promise<void> {
    const agent = route.scheme === 'https' ? this.#agents.https : this.#agents.http;
    await this.#proxy.web(request, response, {
      target: upstreamOf(route),
      headers,
      ...(canReuse ? { agent } : { agent: false as const }),
    });
  }

  /** Joins a WebSocket with one to the upstream. Rejects when the upstream refuses. */
  async webSocket(request: IncomingMessage, socket: Duplex, head: Buffer, route: Route): Promise<void> {
    // The server hands out its sockets as the streams that they are.
    await this.#proxy.ws(request, socket as Socket, { target: upstreamOf(route) }, head);
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}

/** An address of a container that is gone may answer nothing at all. */
function limitConnectTime(request: ClientRequest): void {
  const { socket } = request;
  if (!socket?.connecting) return;
  const timer = setTimeout(() => {
    request.destroy(
      Object.assign(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`), { code: 'ETIMEDOUT' }),
    );
  }, CONNECT_TIMEOUT_MS);
  const clear = () => clearTimeout(timer);
  socket.once('connect', clear);
  request.once('close', clear);
}
