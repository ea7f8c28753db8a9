import http from 'node:http';
import https from 'node:https';
import Docker from 'dockerode';
import { type ContainerList, containersOf } from './containers-of.ts';
import type { Endpoint } from './endpoint.ts';

/** Asks an engine for what is there right now. Every answer has to come within `timeout` milliseconds. */
export class EngineClient {
  readonly endpoint: Endpoint;
  readonly #docker: Docker;
  readonly #timeout: number;

  constructor(endpoint: Endpoint, timeout = 3000) {
    this.endpoint = endpoint;
    this.#timeout = timeout;
    // A connection for each request: one kept open would be found dead after the engine was away.
    const { Agent } = endpoint.options.protocol === 'https' ? https : http;
    const options = { ...endpoint.options, agent: new Agent({ keepAlive: false }) };
    this.#docker = new Docker(options);
  }

  /** Whether anybody is there: rejects with the reason when not. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.#answer(signal, (abortSignal) => {
      // The types of dockerode have no options for it.
      const ping = this.#docker.ping.bind(this.#docker) as (options: object) => Promise<unknown>;
      return ping({ abortSignal });
    });
  }

  /** The containers that run, the oldest first. */
  async runningContainers(signal: AbortSignal): Promise<ContainerList> {
    const answer = await this.#answer(signal, (abortSignal) => this.#docker.listContainers({ abortSignal }));
    return containersOf(answer);
  }

  async #answer<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = AbortSignal.timeout(this.#timeout);
    const over = AbortSignal.any([signal, timeout]);
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const leave = () => reject(over.reason);
    try {
      over.throwIfAborted();
      over.addEventListener('abort', leave);
      // Raced: a response that breaks off in the middle is never told by the client.
      return await Promise.race([ask(over), gone]);
    } catch (error) {
      if (!timeout.aborted || signal.aborted) throw error;
      throw new Error(`no answer within ${this.#timeout} ms`);
    } finally {
      over.removeEventListener('abort', leave);
    }
  }
}
