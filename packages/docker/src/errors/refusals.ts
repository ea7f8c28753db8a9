import { STATUS_CODES } from 'node:http';
import type { WatcherError } from '@watcher/core';
import { NEWEST_VERSION, OLDEST_VERSION } from '../api-version.ts';
import { fault } from './fault.ts';
import { GET_EVENTS, type StatusError, type VersionChoice } from './status-error.ts';

/**
 * An answer other than 200 from `host`: what it says, and which permission, login or version is missing.
 */
export function classifyStatus(error: StatusError, host: string): WatcherError {
  const { statusCode: status, message: said, request } = error;
  if (/HTTP request to an HTTPS server/i.test(said)) {
    const advice = 'Set "tls" (or DOCKER_TLS_VERIFY), or use https://.';
    return fault('TLS', `What listens at ${host} wants TLS. ${advice}`, error);
  }
  if (status === 200) {
    return fault(
      'PROTOCOL',
      `What answers at ${host} is a web page, and no engine. Is that its address?`,
      error,
    );
  }
  const name = STATUS_CODES[status];
  const answer = `${status}${name ? ` ${name}` : ''}${said && `: ${said}`}`;
  if (status >= 500) {
    return fault('ENGINE_FAULT', `The engine at ${host}, or a proxy before it, answered ${answer}.`, error);
  }
  return fault('REFUSED', `${host} refused ${request}: ${answer}. ${advice(error)}`.trimEnd(), error);
}

function advice({ statusCode, message, versionFrom, request }: StatusError): string {
  const [method = '', path = ''] = request.split(' ');
  switch (statusCode) {
    case 400:
      return request === GET_EVENTS || wrongVersion(message) !== undefined
        ? adviceOnVersion(message, versionFrom)
        : '';
    case 401:
      return 'Whatever guards the engine asks for a login: set "host" to https://user:password@…, or let it pass.';
    case 403:
      return `Whatever guards the engine has to allow ${request}; for a socket proxy that is ${section(path)}=1.`;
    case 404:
      // Elsewhere it is the engine that does not have what was asked for.
      return request === GET_EVENTS
        ? 'Is that the address of a Docker Engine, and its path right? For a socket proxy, set EVENTS=1.'
        : '';
    case 405:
      return `Whatever guards the engine has to allow the method ${method} for ${path}.`;
    case 407:
      return 'A proxy on the way asks for a login: reach the engine without it.';
    case 101:
      return 'It switches to another protocol, which no engine does here. Is that the address of a Docker Engine?';
    default:
      return statusCode >= 300 && statusCode < 400
        ? 'A redirect is not followed: set "host" to where the engine is.'
        : `Is that the address of a Docker Engine, or of a proxy that passes ${request} on to one?`;
  }
}

/** The name of a part of the API in the settings of the common socket proxies. */
function section(path: string): string {
  return (path.split('/')[1] ?? '').replace(/^_/, '').toUpperCase();
}

/** What an engine says is wrong with the version that it was asked in: `old` or `new`. */
function wrongVersion(said: string): string | undefined {
  return /client version /i.test(said) ? /is too (old|new)/i.exec(said)?.[1] : undefined;
}

function adviceOnVersion(said: string, versionFrom: VersionChoice): string {
  const wrong = wrongVersion(said);
  if (wrong === undefined) return `Docker Engine API ${OLDEST_VERSION} (Docker 19.03) or later is needed.`;
  if (versionFrom === 'environment')
    return 'Unset DOCKER_API_VERSION, or set it to a version that the engine serves.';
  if (versionFrom === 'client') return 'Give "client" a version that the engine serves.';
  return wrong === 'new'
    ? `Docker Engine API ${OLDEST_VERSION} (Docker 19.03) or later is needed: update the engine.`
    : `This package speaks API ${NEWEST_VERSION} at most: update it, or try with DOCKER_API_VERSION set.`;
}
