import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from './dialect.ts';

/** A request as the engine sees it. */
export interface EngineRequest {
  readonly method: string;
  /** Without the version: `/events`. */
  readonly path: string;
  /** From the path, or the engine's own. */
  readonly version: string;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
}

/** One request and the response to it. */
export interface Exchange {
  readonly request: EngineRequest;
  readonly response: ServerResponse;
  /** Aborted when the response is finished or its connection is gone. */
  readonly over: AbortSignal;
}

/** Reads what was asked for. */
export function readRequest(message: IncomingMessage, dialect: Dialect): EngineRequest {
  const url = new URL(message.url ?? '/', 'http://engine');
  const [, version = dialect.apiVersion, path = '/'] = /^(?:\/v([0-9.]+))?(\/.*)$/.exec(url.pathname) ?? [];
  return {
    method: message.method ?? 'GET',
    path,
    version,
    query: url.searchParams,
    accept: message.headers.accept,
  };
}

/** The headers of every answer. */
export function commonHeaders({ apiVersion, server, headers }: Dialect, now: number): Record<string, string> {
  return {
    'Api-Version': apiVersion,
    ...headers,
    Server: server,
    Date: new Date(now).toUTCString(),
  };
}

/** Whether something is a yes in a query: `1`, `true`, but not `0`, `false`, `no`, `none` or nothing. */
export function isTrue(value: string | null): boolean {
  return !['', '0', 'no', 'false', 'none'].includes((value ?? '').trim().toLowerCase());
}
