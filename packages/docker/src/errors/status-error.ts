import { oneLine } from './one-line.ts';

/** Who chose the API version of a request: the engine and we, DOCKER_API_VERSION, or the client that a user brought. */
export type VersionChoice = 'agreed' | 'environment' | 'client';

/** What the watcher asks for. */
export const GET_EVENTS = 'GET /events';

/** An answer that is not the one asked for, as an error, until it is classified. */
export class StatusError extends Error {
  readonly statusCode: number;
  readonly versionFrom: VersionChoice;
  /** The method and the path that were refused, without the version and the query. */
  readonly request: string;

  /** @param message the engine's text, raw; the error keeps what may be shown */
  constructor(statusCode: number, message: string, versionFrom: VersionChoice, request = GET_EVENTS) {
    super(spoken(message));
    this.statusCode = statusCode;
    this.versionFrom = versionFrom;
    this.request = request;
  }
}

/** What the engine said: without what dockerode puts before it, and without a page of HTML that a proxy made. */
function spoken(message: string): string {
  const text = oneLine(message.replace(/^\(HTTP code \d+\) .*? - /, ''));
  return text.startsWith('<') ? '' : text.replace(/\.$/, '');
}
