import type { Containers } from './containers.ts';
import type { Dialect } from './dialect.ts';
import type { EngineTime } from './engine-time.ts';
import type { EngineRequest } from './exchange.ts';

/** One endpoint. */
export interface Route {
  /** Several are separated by a blank. */
  readonly method: string;
  /** Its first group is the name or ID of what is meant. */
  readonly path: RegExp;
  handle(state: EngineState, request: RoutedRequest): Answer;
}

/** What the answers are made from. */
export interface EngineState {
  readonly dialect: Dialect;
  readonly time: EngineTime;
  readonly containers: Containers;
  readonly subscribers: number;
}

export interface RoutedRequest extends EngineRequest {
  readonly reference: string;
  readonly body: unknown;
}

/** Its body is JSON unless it is text. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export const DONE: Answer = { status: 204 };
export const UNCHANGED: Answer = { status: 304 };
