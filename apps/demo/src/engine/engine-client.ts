import http from 'node:http';
import https from 'node:https';
import Docker from 'dockerode';
import { z } from 'zod';
import type { Container } from '../routes/from-labels.ts';
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
  async runningContainers(signal: AbortSignal): Promise<Container[]> {
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

/** The part of `GET /containers/json` that is used. Podman leaves out, or has null, what Docker has empty. */
const summary = z.object({
  Id: z.string(),
  Names: z.array(z.string()).min(1),
  Labels: z.record(z.string(), z.string()).nullish(),
  State: z.string(),
  Created: z.number().nullish(),
  Ports: z
    .array(z.object({ PrivatePort: z.number(), PublicPort: z.number().nullish(), Type: z.string() }))
    .nullish(),
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string().nullish() })).nullish() })
    .nullish(),
});

/** @throws an Error that says what was there instead, for an answer that is not an engine's */
export function containersOf(answer: unknown): Container[] {
  const { data, error } = z.array(summary).safeParse(answer);
  if (!data) throw new Error(`not the answer of a container engine: ${z.prettifyError(error)}`);
  return data
    .filter(({ State }) => State === 'running')
    .sort((a, b) => (a.Created ?? 0) - (b.Created ?? 0) || (a.Id < b.Id ? -1 : 1))
    .map(({ Names, Labels, Ports, NetworkSettings }) => ({
      name: (Names[0] ?? '').replace(/^\//, ''),
      labels: Labels ?? {},
      address: firstAddress(NetworkSettings?.Networks ?? {}),
      ports: (Ports ?? []).map(({ PrivatePort, PublicPort, Type }) => ({
        private: PrivatePort,
        public: PublicPort ?? undefined,
        type: Type,
      })),
    }));
}

/** By the networks' names, so that the same one is taken each time. */
function firstAddress(
  networks: Readonly<Record<string, { readonly IPAddress?: string | null | undefined }>>,
) {
  const addresses = Object.entries(networks).sort(([a], [b]) => (a < b ? -1 : 1));
  return addresses.map(([, { IPAddress }]) => IPAddress).find((address) => !!address) ?? undefined;
}
