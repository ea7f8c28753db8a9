import type { EventStream } from '../event-stream.ts';
import { type EngineRequest, type Exchange, isTrue } from '../exchange.ts';

/** A fault in force. */
export interface Fault extends AsyncDisposable {
  /** How many requests or streams it has met. */
  readonly hits: number;
  /** Ends it, at once; what it held goes on. Resolves when the engine is reachable as before. */
  clear(): Promise<void>;
}

/** Which requests a fault meets. */
export interface FaultScope {
  /** Those of this path, without its version (`/events`), or that match. Default: all it can apply to. */
  readonly path?: string | RegExp;
  /**
   * Only requests with an `until` or, as Podman has it, `stream=false`; or only those without: questions, or streams
   * that stay. Default: both.
   */
  readonly bounded?: boolean;
  /** Only requests for which this returns true. Default: all. */
  readonly matches?: (request: EngineRequest) => boolean;
  /** No more than so many. Default: no limit. */
  readonly times?: number;
}

/** What a fault does, at each of the places where one can act. Those left out are left alone. */
export interface FaultBehaviour {
  /** Before the request is looked at. True: it has been dealt with, or never will be. */
  request?(exchange: Exchange): boolean | Promise<boolean>;
  /** After the headers of an event stream, before it is subscribed. */
  subscribe?(exchange: Exchange): Promise<unknown>;
  /** With each event stream, those that are open when the fault begins and those that open later. */
  stream?(stream: EventStream): void;
  cleared?(): void | Promise<void>;
}

/** Whether a fault of this scope is meant for this request. */
export function reaches({ path, bounded, matches }: FaultScope, request: EngineRequest): boolean {
  if (matches && !matches(request)) return false;
  if (bounded !== undefined && isBounded(request) !== bounded) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? request.path === path : path.test(request.path);
}

function isBounded({ query }: EngineRequest): boolean {
  return query.has('until') || !isTrue(query.get('stream') ?? 'true');
}
