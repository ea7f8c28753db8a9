import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock } from '@watcher/core';
import { EngineError } from '../test-engine.ts';
import { checkVersion } from './api-version.ts';
import type { Containers } from './containers.ts';
import type { Dialect } from './dialect.ts';
import type { EngineTime } from './engine-time.ts';
import type { EventHub } from './event-hub.ts';
import { serveEvents } from './events-route.ts';
import { commonHeaders, type EngineRequest, type Exchange, readRequest } from './exchange.ts';
import type { ActiveFaults } from './faults/active-faults.ts';
import type { Recent } from './recent.ts';
import type { Answer } from './route.ts';
import { answer } from './routes.ts';

export interface RequestHandlerOptions {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly time: EngineTime;
  readonly hub: EventHub;
  readonly containers: Containers;
  readonly faults: ActiveFaults;
  readonly requests: Recent<EngineRequest>;
}

/** From an HTTP request to its answer: first the faults have it, then the version is checked, then it is routed. */
export class RequestHandler {
  readonly #engine: RequestHandlerOptions;

  constructor(engine: RequestHandlerOptions) {
    this.#engine = engine;
  }

  readonly listener: RequestListener = (message, response) => {
    void this.#handle(message, response);
  };

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new AbortController();
    response.once('close', () => over.abort());
    const exchange: Exchange = {
      request: readRequest(message, this.#engine.dialect),
      response,
      over: over.signal,
    };
    this.#engine.requests.add(exchange.request);
    try {
      if ((await this.#engine.faults.request(exchange)) || over.signal.aborted) return;
      await this.#answer(exchange, message);
    } catch (error) {
      if (over.signal.aborted) return;
      if (response.headersSent) response.destroy();
      else this.#send(exchange, refusal(error));
    }
  }

  async #answer(exchange: Exchange, message: IncomingMessage): Promise<void> {
    const { dialect, time, hub, containers } = this.#engine;
    const { request } = exchange;
    checkVersion(request.version, dialect);
    if (request.method === 'GET' && request.path === '/events') {
      await serveEvents({ ...this.#engine, headers: this.#headers() }, exchange);
      return;
    }
    const body = request.method === 'POST' ? parseBody(await text(message)) : undefined;
    if (exchange.over.aborted) return;
    this.#send(exchange, answer({ dialect, time, containers, subscribers: hub.subscribers }, request, body));
  }

  #send({ request, response }: Exchange, { status, body }: Answer): void {
    const isText = typeof body === 'string';
    const content = body === undefined ? undefined : isText ? body : `${JSON.stringify(body)}\n`;
    response.writeHead(status, {
      ...this.#headers(),
      ...(content !== undefined && {
        'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/json',
        'Content-Length': request.method === 'HEAD' ? 0 : Buffer.byteLength(content),
      }),
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  }

  #headers(): Record<string, string> {
    return commonHeaders(this.#engine.dialect, Number(this.#engine.time.now() / 1_000_000n));
  }
}

function parseBody(body: string): unknown {
  if (!body) return undefined;
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new EngineError(400, `invalid JSON: ${body.slice(0, 80)}`, { cause });
  }
}

function refusal(error: unknown): Answer {
  const status = error instanceof EngineError ? error.status : 500;
  return { status, body: { message: error instanceof Error ? error.message : String(error) } };
}
