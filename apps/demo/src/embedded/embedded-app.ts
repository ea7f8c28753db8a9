import { createServer, type Server } from 'node:http';
import { closeServer, listen } from '../listen.ts';

/** The application of one fake container: a small HTTP server on a port of 127.0.0.1 that stays the same. */
export class EmbeddedApp {
  readonly name: string;
  #server: Server | undefined;
  #port = 0;
  #requests = 0;

  constructor(name: string) {
    this.name = name;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    if (this.#server) return;
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end(`Hello from the container ${this.name}, request ${++this.#requests}.\n`);
    });
    this.#server = server;
    ({ port: this.#port } = await listen(server, { host: '127.0.0.1', port: this.#port }));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await closeServer(server, 0);
  }
}
