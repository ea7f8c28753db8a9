import * as http from 'node:http';
import * as https from 'node:https';
import { compareVersions, NEWEST_VERSION } from '../api-version.ts';
import { fault } from '../errors/fault.ts';
import { StatusError } from '../errors/status-error.ts';
import { negotiateDown } from './api-version.ts';
import { decodeBody, type EngineResponse } from './content-coding.ts';
import { type Patience, readRefusal } from './error-body.ts';

/** Where requests go, in Node's terms. */
export interface Route {
  /** Opens a connection per request, at least for streams. */
  readonly agent: http.Agent;
  /** Keeps the connection of an answered request for the next one. */
  readonly keepingAgent: http.Agent;
  readonly secure: boolean;
  /** A socket or pipe, or else a host and port. */
  readonly target: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  /** Precedes the API's own paths. */
  readonly pathPrefix: string;
  /** `user:password`, for a proxy that asks for a login. */
  readonly login: string | undefined;
  /** The version to speak. Undefined: the newest that both sides know. */
  readonly apiVersion: string | undefined;
  /** Ends every connection of both agents; resolves when they are gone. */
  close(): Promise<void>;
}

export interface EngineRequest {
  readonly method: 'GET' | 'HEAD';
  /** Without the version, with the query. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Whether it may use a connection that an earlier request left, and leave its own: not for streams and probes. */
  readonly reusesConnection: boolean;
  /** Whether a status is an answer. Any other is a refusal. */
  accepts(status: number): boolean;
}

/**
 * Sends requests to one engine: in a version of the API that it serves, without following redirects, and reading no
 * more of a refusal than an error shows.
 */
export class EngineHttp {
  /** The engine's address as errors may show it. */
  readonly host: string;
  readonly #route: Route;
  readonly #patience: Patience;
  #version: string;

  constructor(host: string, route: Route, patience: Patience) {
    this.host = host;
    this.#route = route;
    this.#patience = patience;
    this.#version = route.apiVersion ?? NEWEST_VERSION;
  }

  /**
   * Resolves with an accepted answer once its headers are there.
   *
   * @throws {StatusError} when the engine refuses, or when a web page answers
   */
  async send(request: EngineRequest): Promise<EngineResponse> {
    const asked = this.#version;
    const raw = await this.#exchange(request, asked);
    const { statusCode = 0, headers } = raw;
    const response = decodeBody(raw, this.host);
    if (request.accepts(statusCode) && !isWebPage(headers)) return response;

    const reason = withoutLogin(await readRefusal(response, this.#patience), this.#route.login);
    const isForced = this.#route.apiVersion !== undefined;
    const older = isForced || statusCode !== 400 ? undefined : negotiateDown(asked, headers, reason);
    if (older === undefined) throw this.#refusal(request, statusCode, reason);
    // Another request may have found an even older one meanwhile.
    if (compareVersions(older, this.#version) < 0) this.#version = older;
    return this.send(request);
  }

  /** Ends every connection; resolves when they are gone. */
  close(): Promise<void> {
    return this.#route.close();
  }

  #exchange(request: EngineRequest, version: string): Promise<http.IncomingMessage> {
    const { secure, target, pathPrefix, login } = this.#route;
    const { method, path, signal, reusesConnection } = request;
    const agent = reusesConnection ? this.#route.keepingAgent : this.#route.agent;
    return new Promise((resolve, reject) => {
      const exchange = (secure ? https : http).request({
        ...target,
        agent,
        method,
        path: `${pathPrefix}/v${version}${path}`,
        // Without this header a server may use any coding (RFC 9110, 12.5.3).
        headers: { 'Accept-Encoding': 'identity' },
        ...(login !== undefined && { auth: login }),
        signal,
      });
      let isAnswered = false;
      let informational = 0;
      exchange.once('response', (response) => {
        isAnswered = true;
        resolve(response);
      });
      // Node emits no response then, and no error either.
      exchange.once('upgrade', ({ statusCode = 101 }, socket) => {
        socket.destroy();
        reject(this.#refusal(request, statusCode, ''));
      });
      exchange.on('information', () => {
        if (++informational <= MAX_INFORMATIONAL) return;
        const what = `${this.host} sent ${MAX_INFORMATIONAL} interim answers (1xx) to ${describe(request)}`;
        exchange.destroy(fault('PROTOCOL', `${what}, and no final one. Is it an engine?`));
      });
      exchange.on('error', (error) => {
        if (isAnswered) return; // the reader of the body receives it
        // The engine may have closed a kept connection just now, which does not refuse this request: use a new one.
        if (exchange.reusedSocket && !signal.aborted)
          resolve(this.#exchange({ ...request, reusesConnection: false }, version));
        else reject(error);
      });
      exchange.once('close', () => {
        if (!isAnswered) reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }));
      });
      exchange.end();
    });
  }

  #refusal(request: EngineRequest, status: number, reason: string): StatusError {
    const versionFrom = this.#route.apiVersion === undefined ? 'agreed' : 'environment';
    return new StatusError(status, reason, versionFrom, describe(request));
  }
}

/** Engines send none; a proxy sends one or two. */
const MAX_INFORMATIONAL = 32;

/** `GET /events`, for errors: without the query, because it holds the caller's filters. */
function describe({ method, path }: EngineRequest): string {
  return `${method} ${path.split('?', 1)[0]}`;
}

/** Some proxies repeat the request's headers in a refusal. Hides the login in each form in which one would show it. */
function withoutLogin(text: string, login: string | undefined): string {
  if (login === undefined) return text;
  const password = login.slice(login.indexOf(':') + 1);
  return [Buffer.from(login).toString('base64'), login, password]
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** Whether an answer is meant for people: what listens there is a web server, not an engine. */
function isWebPage(headers: http.IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/html') ?? false;
}
