import { isWatcherError, textOf, type WatcherError } from '@watcher/core';
import { fault } from './fault.ts';
import { oneLine } from './one-line.ts';
import { classifyStatus } from './refusals.ts';
import { StatusError } from './status-error.ts';
import { classifyTls } from './tls-faults.ts';

/**
 * Any error that an attempt to talk to `host` ended with, as one of ours: what was tried, what happened, what to
 * do. What an engine says is cut short and shown as it is, never interpreted.
 */
export function classify(error: unknown, host: string): WatcherError {
  if (isWatcherError(error)) return error;
  const { statusCode, code: given, message: said } = (error ?? {}) as Thrown;
  const message = typeof said === 'string' ? said : textOf(error);
  if (typeof statusCode === 'number') return classifyStatus(statusOf(error, statusCode, message), host);
  const code = typeof given === 'string' ? given : ''; // a DOMException has a number
  return (
    classifyTls(code, message, host, error) ??
    classifySystem(code, host, error) ??
    fault('PROTOCOL', `Talking to ${host} failed: ${oneLine(message)}`, error)
  );
}

/** Anything may be thrown, and have anything in it. */
interface Thrown {
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
}

/** Ours, or dockerode's own kind of it, which holds what the engine said, raw. */
function statusOf(error: unknown, statusCode: number, message: string): StatusError {
  return error instanceof StatusError ? error : new StatusError(statusCode, message, 'client');
}

const nobody: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ENOTSOCK',
  'ENAMETOOLONG',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const cut: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTCONN',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** What the system says of sockets, and Node of HTTP. */
function classifySystem(code: string, host: string, error: unknown): WatcherError | undefined {
  if (code === 'EACCES' || code === 'EPERM') {
    return fault(
      'PERMISSION_DENIED',
      `May not open ${host} (${code}). Run as a user who may, such as a member of the group "docker", ` +
        'or set "host" to a socket that this user owns.',
      error,
    );
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    const what = `Cannot open ${host}: too many files are open (${code})`;
    return fault('UNREACHABLE', `${what}. Raise the limit of open files (ulimit -n).`, error);
  }
  if (code === 'EAGAIN') {
    const what = `The engine at ${host} takes no more connections for now (${code})`;
    return fault('UNREACHABLE', `${what}. Is it overloaded or frozen?`, error);
  }
  if (nobody.has(code)) {
    return fault(
      'UNREACHABLE',
      `No engine answers at ${host} (${code}). Is it running, and is that its address ("host", DOCKER_HOST, ` +
        'or `docker context ls`)?',
      error,
    );
  }
  if (cut.has(code)) return fault('CONNECTION_LOST', `The connection to ${host} was cut (${code}).`, error);
  if (code.startsWith('HPE_')) {
    const what = `What answers at ${host} does not speak HTTP (${code})`;
    return fault('PROTOCOL', `${what}. Is it an engine? If it wants TLS, set "tls" or use https://.`, error);
  }
  return undefined;
}
