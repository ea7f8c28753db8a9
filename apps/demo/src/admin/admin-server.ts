import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { type Clock, delay, systemClock } from '@watcher/core';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { type Address, closeServer, listen } from '../listen.ts';
import { renderFragments, type Shown } from './fragments.ts';
import { onlyFromHere } from './only-from-here.ts';
import { renderPage } from './page.ts';

/** Milliseconds between two updates of a page, at least. */
const UPDATE_INTERVAL_MS = 250;
/** Milliseconds without an update after which an empty one shows whether the browser is still there. */
const HEARTBEAT_MS = 15_000;
const MAX_PAGES = 32;

/** Serves the page with the routes, the sources and the timeline, to this machine only. */
export class AdminServer {
  readonly #shown: Shown;
  readonly #proxyUrl: string;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #closed = new AbortController();
  #pages = 0;

  constructor(shown: Shown, proxyUrl: string, clock: Clock = systemClock) {
    this.#shown = shown;
    this.#proxyUrl = proxyUrl;
    this.#clock = clock;
    this.#server = createAdaptorServer({ fetch: this.#app().fetch }) as Server;
  }

  /** Starts to listen. Rejects for a port that is taken. */
  listen(address: Address): Promise<Address> {
    return listen(this.#server, address);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await closeServer(this.#server, 0);
  }

  #app(): Hono {
    const app = new Hono();
    app.use(onlyFromHere);
    app.use(
      secureHeaders({
        contentSecurityPolicy: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          connectSrc: ["'self'"],
          imgSrc: ['data:'],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
        strictTransportSecurity: false, // it is plain HTTP, on loopback
      }),
    );
    app.get('/', (context) => {
      context.header('cache-control', 'no-store');
      return context.html(renderPage(renderFragments(this.#shown), this.#proxyUrl));
    });
    for (const { path, type, body } of ASSETS)
      app.get(path, (context) =>
        context.body(body, 200, { 'content-type': type, 'cache-control': 'no-cache' }),
      );
    app.get('/updates', (context) => {
      if (this.#pages >= MAX_PAGES) return context.text('Too many pages are open.', 503);
      return streamSSE(context, async (stream) => {
        this.#pages++;
        const gone = new AbortController();
        stream.onAbort(() => gone.abort());
        try {
          await this.#update(stream, AbortSignal.any([gone.signal, this.#closed.signal]));
        } finally {
          this.#pages--;
        }
      });
    });
    return app;
  }

  /** Sends the parts that changed. A browser that does not read is waited for, and then gets the latest state. */
  async #update(stream: SSEStreamingApi, signal: AbortSignal): Promise<void> {
    let sent: ReadonlyMap<string, string> = new Map();
    let sentAt = 0;
    while (!signal.aborted) {
      const now = this.#clock.monotonic();
      const fragments = renderFragments(this.#shown);
      const changed = [...fragments].filter(([id, html]) => sent.get(id) !== html);
      if (changed.length > 0 || now - sentAt >= HEARTBEAT_MS) {
        await stream.writeSSE({ data: JSON.stringify(Object.fromEntries(changed)) });
        sent = fragments;
        sentAt = now;
      }
      await delay(this.#clock, UPDATE_INTERVAL_MS, signal);
    }
  }
}

const ASSETS = [
  {
    path: '/page.js',
    type: 'text/javascript; charset=utf-8',
    body: read(new URL('./browser/page.js', import.meta.url)),
  },
  {
    path: '/page.css',
    type: 'text/css; charset=utf-8',
    body: read(new URL('./browser/page.css', import.meta.url)),
  },
  {
    path: '/idiomorph.js',
    type: 'text/javascript; charset=utf-8',
    body: read(new URL(import.meta.resolve('idiomorph'))),
  },
];

function read(file: URL): string {
  return readFileSync(fileURLToPath(file), 'utf8');
}
