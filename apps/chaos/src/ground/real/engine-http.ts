import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Asks an engine past everything that stands between it and the watcher, one connection a request. */
export class EngineHttp {
  readonly #socketPath: string;

  /** @param host `unix://…` */
  constructor(host: string) {
    this.#socketPath = host.replace(/^unix:\/\//, '');
  }

  /** Resolves to the answer once its headers are there; its body is the caller's. */
  open(method: string, path: string, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        socketPath: this.#socketPath,
        method,
        path,
        agent: false,
        headers: { Host: 'engine' },
        ...(signal && { signal }),
      });
      request.once('response', resolve);
      request.on('error', reject);
      request.end();
    });
  }

  /** @throws {Error} when nobody answers, or with a status of 400 or more */
  async ask(method: string, path: string): Promise<IncomingMessage> {
    const response = await this.open(method, path);
    const body = await text(response);
    if ((response.statusCode ?? 0) < 400) return response;
    throw new Error(`${method} ${path}: ${response.statusCode} ${body}`);
  }
}
