import * as http from 'node:http';
import * as https from 'node:https';
import { StatusError } from '../errors/refusals.ts';
import { NEWEST_VERSION, otherVersion } from './api-version.ts';
import type { DockerClient, EventsRequest } from './client.ts';
import { type Patience, readRefusal } from './error-body.ts';

/** Where requests go, in Node's own terms. */
export interface Route {
  readonly agent: http.Agent;
  readonly secure: boolean;
  /** A socket or pipe, or else a host and port. */
  readonly target: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  /** In front of the API's own paths. */
  readonly pathPrefix: string;
  /** `user:password`, for a proxy that asks for it. */
  readonly login: string | undefined;
  /** The version to speak; undefined: the newest that both sides know. */
  readonly apiVersion: string | undefined;
}

/**
 * `GET /events` over HTTP, and nothing else: all of the API that watching needs. Why not dockerode, which one may
 * bring along: see docs/decisions, "No dockerode unless you bring it".
 */
export class HttpClient implements DockerClient {
  readonly #route: Route;
  readonly #patience: Patience;
  #version: string;
  readonly #running = new Set<Promise<unknown>>();

  constructor(route: Route, patience: Patience) {
    this.#route = route;
    this.#patience = patience;
    this.#version = route.apiVersion ?? NEWEST_VERSION;
  }

  async getEvents({ since, until, stream, abortSignal }: EventsRequest = {}): Promise<http.IncomingMessage> {
    const query = new URLSearchParams();
    if (since !== undefined) query.set('since', String(since));
    if (until !== undefined) query.set('until', String(until));
    if (stream !== undefined) query.set('stream', String(stream));
    const answer = this.#get(`/events?${query}`, abortSignal);
    this.#running.add(answer);
    try {
      return await answer;
    } finally {
      this.#running.delete(answer);
    }
  }

  /** Resolves when no request waits for its answer any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** Resolves to an answer of 200; asks again for an older version where the engine knows none so new. */
  async #get(path: string, signal: AbortSignal | undefined): Promise<http.IncomingMessage> {
    const asked = this.#version;
    const response = await this.#answer(`/v${asked}${path}`, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200 && !isPage(headers)) return response;

    const said = await readRefusal(response, this.#patience);
    const forced = this.#route.apiVersion !== undefined;
    const other =
      forced || statusCode !== 400 ? undefined : otherVersion(asked, headers['api-version']?.toString());
    if (other === undefined) throw new StatusError(statusCode, said, forced ? 'environment' : 'agreed');
    this.#version = other;
    return this.#get(path, signal);
  }

  #answer(path: string, signal: AbortSignal | undefined): Promise<http.IncomingMessage> {
    const { agent, secure, target, pathPrefix, login } = this.#route;
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request({
        ...target,
        agent,
        path: `${pathPrefix}${path}`,
        ...(login !== undefined && { auth: login }),
        ...(signal && { signal }),
      });
      let settled = false;
      request.once('response', (response) => {
        settled = true;
        resolve(response);
      });
      request.on('error', (error) => {
        if (settled) return; // whoever reads the answer hears of it there
        settled = true;
        // A connection that was kept may have ended just then, which says nothing of the engine.
        if (request.reusedSocket && !signal?.aborted) resolve(this.#answer(path, signal));
        else reject(error);
      });
      request.end();
    });
  }
}

/** Whether an answer is for people to read: what listens there is a web server, and not an engine. */
function isPage(headers: http.IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/html') ?? false;
}
