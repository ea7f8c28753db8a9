import { isWatcherError, WatcherError } from '@watcher/core';

/** What tells the errors of a DockerWatcher apart. The README says what to do about each. */
export type DockerErrorCode =
  | 'UNREACHABLE'
  | 'PERMISSION_DENIED'
  | 'REFUSED'
  | 'ENGINE_FAULT'
  | 'TIMEOUT'
  | 'CONNECTION_LOST'
  | 'STREAM_DEAD'
  | 'TLS'
  | 'PROTOCOL'
  | 'INVALID_SETTING';

/** A fault as it travels inside this package; `source` is added where it leaves. */
export function fault(code: DockerErrorCode, message: string, cause?: unknown): WatcherError {
  return new WatcherError(message, { code, retryable: code !== 'INVALID_SETTING', cause });
}

/** The same error, saying which watcher it came from. */
export function withSource({ message, code, retryable, cause }: WatcherError, source: string): WatcherError {
  return new WatcherError(message, { code, source, retryable, cause });
}

const unreachable = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTDOWN',
]);

const cut = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'ETIMEDOUT']);

/** What OpenSSL and Node call a certificate that does not hold, or a handshake that one side broke off. */
const tls =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * Any error that an attempt to talk to `host` ended with, as one of ours: what was tried, what happened, what to
 * do. What an engine says is cut short and shown as it is, never interpreted.
 */
export function classify(error: unknown, host: string): WatcherError {
  if (isWatcherError(error)) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  const said = printable(message ?? String(error));

  if (statusCode !== undefined) return classifyStatus(statusCode, said, host, error);
  if (code === 'EACCES' || code === 'EPERM') {
    return fault(
      'PERMISSION_DENIED',
      `May not open ${host} (${code}). Run as a user who may, such as a member of the group "docker", ` +
        'or set "host" to a socket that this user owns.',
      error,
    );
  }
  if (code !== undefined && tls.test(code)) {
    return fault(
      'TLS',
      `TLS with ${host} failed (${code}): ${said}. Check "tls" (or DOCKER_CERT_PATH): ca must have signed the ` +
        "engine's certificate, cert and key must be signed by a CA that the engine accepts, and none be expired.",
      error,
    );
  }
  if (code !== undefined && unreachable.has(code)) {
    return fault(
      'UNREACHABLE',
      `No engine answers at ${host} (${code}). Is it running, and is that its address?`,
      error,
    );
  }
  if (code !== undefined && cut.has(code)) {
    return fault('CONNECTION_LOST', `The connection to ${host} was cut (${code}).`, error);
  }
  return fault('PROTOCOL', `Talking to ${host} failed: ${said}`, error);
}

function classifyStatus(status: number, said: string, host: string, error: unknown): WatcherError {
  if (status >= 500) {
    return fault('ENGINE_FAULT', `The engine at ${host} answered GET /events with ${status}: ${said}`, error);
  }
  const advice =
    status === 401 || status === 403
      ? 'Whatever guards the engine has to allow GET /events (for a socket proxy: EVENTS=1).'
      : status === 400
        ? 'Docker Engine API 1.40 (Docker 19.03) or later is needed.'
        : 'Is that address a Docker Engine, or a proxy that passes GET /events on?';
  return fault('REFUSED', `GET /events was refused at ${host} with ${status}: ${said}. ${advice}`, error);
}

/** Text of someone else's, as an error may show it: one line, no control characters, not long. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}
