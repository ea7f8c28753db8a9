import { rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer, type Server as NetServer, type Socket } from 'node:net';

/** Where the engine listens: a Unix socket, or a port on 127.0.0.1, 0 for a free one. */
export type Address = { readonly path: string } | { readonly port: number };

/**
 * The engine's front door. Listening and serving are two servers, so that the one can stop while the connections
 * of the other go on.
 */
export class EngineServer {
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();
  readonly #refusals = new Set<object>();
  #address: Address;
  #up = false;
  #listening: NetServer | undefined;
  /** Opening and closing the door happens one after the other. */
  #settled: Promise<void> = Promise.resolve();
  /** Connections since the beginning. */
  accepted = 0;

  constructor(address: Address, handler: RequestListener) {
    this.#address = address;
    this.#http = createHttpServer(handler);
    // The engine never ends an idle connection, and neither does a quiet stream end here.
    this.#http.timeout = 0;
    this.#http.keepAliveTimeout = 0;
    this.#http.requestTimeout = 0;
    this.#http.headersTimeout = 0;
  }

  get host(): string {
    return 'path' in this.#address ? `unix://${this.#address.path}` : `tcp://127.0.0.1:${this.#address.port}`;
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** Listens, on the same address each time, unless connections are refused just then. */
  async listen(): Promise<void> {
    this.#up = true;
    await this.#settle();
  }

  /**
   * Nothing listens any more, so that connecting finds no socket or a closed port, and every connection is broken.
   * Resolves when all of it is gone.
   */
  async close(): Promise<void> {
    this.#up = false;
    const listening = this.#listening;
    const gone = listening && new Promise<void>((resolve) => listening.once('close', resolve));
    const settled = this.#settle();
    this.reset();
    await settled;
    // A connection that the system had accepted before is handed over only now.
    this.reset();
    await gone;
  }

  /**
   * Refuses connections until the function that it gives is called; those that are open stay. On a Unix socket
   * something is left in its place, so that connecting is refused and not told that nothing is there.
   */
  async refuse(): Promise<() => Promise<void>> {
    const refusal = {};
    this.#refusals.add(refusal);
    await this.#settle();
    return async () => {
      this.#refusals.delete(refusal);
      await this.#settle();
    };
  }

  /** Breaks every connection. */
  reset(): void {
    for (const socket of this.#sockets) {
      if ('port' in this.#address) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  #settle(): Promise<void> {
    const settled = this.#settled.then(async () => {
      const open = this.#up && this.#refusals.size === 0;
      if (!open) await this.#close();
      else if (!this.#listening) await this.#open();
    });
    this.#settled = settled.catch(() => {});
    return settled;
  }

  async #open(): Promise<void> {
    const address = this.#address;
    if ('path' in address) await rm(address.path, { force: true });
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen('path' in address ? address : { ...address, host: '127.0.0.1' }, resolve);
    });
    this.#listening = server;
    const bound = server.address();
    if (bound && typeof bound === 'object') this.#address = { port: bound.port };
  }

  async #close(): Promise<void> {
    this.#listening?.close();
    this.#listening = undefined;
    if (!('path' in this.#address)) return;
    await rm(this.#address.path, { force: true });
    if (this.#up) await writeFile(this.#address.path, '');
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {}); // a client that breaks off is no fault of the engine
    this.accepted++;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#http.emit('connection', socket);
  }
}
