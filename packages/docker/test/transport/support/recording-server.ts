import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A plain HTTP server on loopback that notes what it is asked. */
export class RecordingServer implements AsyncDisposable {
  readonly requests: IncomingMessage[] = [];
  readonly host: string;
  readonly #server: Server;

  static async start(answer: RequestListener, address = '127.0.0.1'): Promise<RecordingServer> {
    const server = createServer({ keepAliveTimeout: 0 }); // keeps idle connections open, as an engine does
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, address, resolve);
    });
    const recording = new RecordingServer(server);
    server.on('request', (request, response) => {
      recording.requests.push(request);
      answer(request, response);
    });
    return recording;
  }

  private constructor(server: Server) {
    const { address, port, family } = server.address() as AddressInfo;
    this.#server = server;
    this.host = `tcp://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Connections that are open now. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
