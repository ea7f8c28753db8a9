import type { StatusError } from '../errors/status-error.ts';
import type { EventsBody, EventsRequest } from './client.ts';

/** Opens `GET /events` on one engine. Knows nothing about events, and hides how the engine is reached. */
export interface Transport {
  /**
   * Resolves with the engine's answer, whatever its status, once its headers are there. Waits without a limit: the
   * caller aborts `signal`, which also ends a body that is open.
   *
   * @throws {WatcherError} when there was no answer: `UNREACHABLE`, `PERMISSION_DENIED`, `TLS`, `SSH`, ...
   */
  events(query: EventsQuery, signal: AbortSignal): Promise<EventsResponse>;
}

export type EventsQuery = Omit<EventsRequest, 'abortSignal'>;

export type EventsResponse = OpenResponse | RefusedResponse;

/** A 200. Its body holds one event a line. */
export interface OpenResponse {
  readonly status: 200;
  /** Names in lower case. Empty where a client does not pass them on. */
  readonly headers: NonNullable<EventsBody['headers']>;
  readonly body: EventsBody;
}

/** Any other status, or a 200 that is not an engine's. Its body has been read, as far as an error needs it. */
export interface RefusedResponse {
  readonly status: number;
  readonly refusal: StatusError;
}
