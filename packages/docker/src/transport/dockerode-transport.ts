import { isWatcherError } from '@watcher/core';
import { StatusError } from '../errors/status-error.ts';
import type { DockerClient } from './client.ts';
import type { EventsQuery, EventsResponse, Transport } from './transport.ts';

/** Opens `GET /events` through a dockerode: the one of this package, or a user's own. */
export class DockerodeTransport implements Transport {
  readonly #docker: DockerClient;

  constructor(docker: DockerClient) {
    this.#docker = docker;
  }

  async events(query: EventsQuery, signal: AbortSignal): Promise<EventsResponse> {
    try {
      const body = await this.#docker.getEvents({ ...query, abortSignal: signal });
      return { status: 200, headers: body.headers ?? {}, body };
    } catch (error) {
      const refusal = refusalIn(error);
      if (!refusal) throw error;
      return { status: refusal.statusCode, refusal };
    }
  }
}

/** Returns the refusal that dockerode threw. A user's client chose its own API version. */
function refusalIn(error: unknown): StatusError | undefined {
  if (isWatcherError(error)) return error.cause instanceof StatusError ? error.cause : undefined;
  const { statusCode, message } = (error ?? {}) as {
    readonly statusCode?: unknown;
    readonly message?: unknown;
  };
  if (typeof statusCode !== 'number') return undefined;
  return new StatusError(statusCode, typeof message === 'string' ? message : '', 'client');
}
