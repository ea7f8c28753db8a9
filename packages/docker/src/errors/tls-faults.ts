import type { WatcherError } from '@watcher/core';
import { fault } from './fault.ts';
import { oneLine } from './one-line.ts';

/** What OpenSSL and Node call a certificate that does not hold, or a handshake that one side broke off. */
const CODES =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|EPROTO)/;

/** A fault of TLS, with what to do; undefined for an error of another kind. */
export function classifyTls(
  code: string,
  message: string,
  host: string,
  error: unknown,
): WatcherError | undefined {
  if (!CODES.test(code)) return undefined;
  return fault('TLS', `TLS with ${host} failed (${code}): ${advice(code, message)}`, error);
}

/** The first that fits. An alert comes from the other side and is about our certificate. */
const alertAdvices: readonly (readonly [RegExp, string])[] = [
  [
    /CERTIFICATE_REQUIRED/,
    `the engine wants a certificate of this client. Set ${part('cert')} and ${part('key')}.`,
  ],
  [/CERTIFICATE_EXPIRED/, `the certificate of this client has expired. Renew ${part('cert')}.`],
  [
    /CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT/,
    `the engine does not accept this client. ${part('cert')} has to be set, and signed by a CA that the ` +
      'engine trusts (its --tlscacert).',
  ],
];

/** The first that fits: what is wrong at the other side. */
const advices: readonly (readonly [RegExp, string])[] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH|RECORD_LAYER|HTTP_REQUEST|UNKNOWN_PROTOCOL/,
    'what listens there does not speak TLS. Use http://, or unset "tls" (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH).',
  ],
  [/HAS_EXPIRED/, "the engine's certificate has expired. Renew it at the engine."],
  [/NOT_YET_VALID/, "the engine's certificate is not valid yet. Is the clock of this machine right?"],
  [
    /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE)/,
    `the engine's certificate is not signed by a CA that is trusted here. Set ${part('ca')} to the one that ` +
      'signed it.',
  ],
];

function advice(code: string, message: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    const names = namesIn(message);
    const given = names ? `It is for ${oneLine(names)}. ` : '';
    return `the engine's certificate is for another name. ${given}Set "tls.serverName" to one that it is for.`;
  }
  // OpenSSL's own words are in the code of some errors, and only in the message of others.
  const known = `${code} ${message.toUpperCase().replaceAll(' ', '_')}`;
  const alertAt = known.indexOf('ALERT');
  const alert = alertAt === -1 ? '' : known.slice(alertAt);
  const found =
    alertAdvices.find(([pattern]) => pattern.test(alert)) ?? advices.find(([pattern]) => pattern.test(known));
  return found
    ? found[1]
    : `check ${part('ca')}, ${part('cert')} and ${part('key')}, and those of the engine.`;
}

/** The names that a certificate is for, where Node lists them behind the one that it is not for. */
function namesIn(message: string): string | undefined {
  const first = message.search(/altnames?: /);
  const last = message.lastIndexOf(LIST_OF_NAMES);
  return last > first ? message.slice(last + LIST_OF_NAMES.length) : undefined;
}

const LIST_OF_NAMES = 'altnames: ';

/** What to set, wherever TLS is set. */
function part(name: 'ca' | 'cert' | 'key'): string {
  return `"tls.${name}" (or ${name}.pem in DOCKER_CERT_PATH or the Docker context)`;
}
