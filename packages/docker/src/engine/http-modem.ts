import * as http from 'node:http';
import * as https from 'node:https';
import { NEWEST_VERSION, otherVersion } from './api-version.ts';
import { type Patience, readRefusal } from './read-refusal.ts';
import { StatusError } from './refusals.ts';

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

/** What dockerode asks of its modem, as far as it is used here. */
export interface DialOptions {
  /** With a question mark at its end. */
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly abortSignal?: AbortSignal;
}

type Callback = (error: unknown, body: http.IncomingMessage | null) => void;

/**
 * Carries the requests of dockerode, in place of its docker-modem. That one reads DOCKER_HOST and DOCKER_CERT_PATH
 * whatever it is told, and throws when they are wrong; loses a path prefix; follows redirects with neither the
 * certificates nor the abort signal; and waits for ever on a refusal whose body does not end.
 *
 * Only `GET` with a stream for an answer, which is all that watching needs.
 */
export class HttpModem {
  readonly #route: Route;
  readonly #patience: Patience;
  #version: string;
  readonly #running = new Set<Promise<void>>();

  constructor(route: Route, patience: Patience) {
    this.#route = route;
    this.#patience = patience;
    this.#version = route.apiVersion ?? NEWEST_VERSION;
  }

  dial({ path, options, abortSignal }: DialOptions, callback: Callback): void {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options)) {
      if (name !== 'abortSignal' && value !== undefined) query.set(name, String(value));
    }
    const answer = this.#get(`${path}${query}`, abortSignal).then(
      (body) => callback(null, body),
      (error) => callback(error, null),
    );
    this.#running.add(answer);
    void answer.finally(() => this.#running.delete(answer));
  }

  /** Resolves when no request waits for its answer any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
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
