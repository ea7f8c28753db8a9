import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { fault } from '../errors/fault.ts';
import { isThere, readSettingsFile } from './settings-file.ts';

/** Client certificates for an engine that listens on TCP. Each is PEM text or bytes, or the path of a PEM file. */
export interface TlsOptions {
  /** Who has to have signed the engine's certificate. Default: the CAs that Node trusts. */
  readonly ca?: string | Uint8Array | undefined;
  /** This client's certificate and its key, without a passphrase; both or neither. */
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  /** The name that the engine's certificate has to be for. Default: the host's. */
  readonly serverName?: string | undefined;
}

/** TLS as a socket is opened with it: everything has been read, and is what it should be. */
export interface TlsSettings {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  /** False only where the Docker CLI's own context says to skip verification. */
  readonly rejectUnauthorized: boolean;
}

/**
 * Reads what `tls` names.
 *
 * @throws {WatcherError} `INVALID_SETTING`, naming the part of the option, for a file that cannot be read or holds
 *   something else
 */
export function readTlsOptions({ ca, cert, key, serverName }: TlsOptions): TlsSettings {
  return checked(
    {
      ...(ca !== undefined && { ca: readPem(ca, 'tls.ca') }),
      ...(cert !== undefined && { cert: readPem(cert, 'tls.cert') }),
      ...(key !== undefined && { key: readPem(key, 'tls.key') }),
      ...(serverName !== undefined && { servername: serverName }),
      rejectUnauthorized: true,
    },
    (part) => `tls.${part}`,
  );
}

export interface TlsDirectoryOptions {
  /** What names the directory, for the error. */
  readonly setting: string;
  /** Whether there has to be a `ca.pem`. */
  readonly needsCa: boolean;
  readonly verify: boolean;
}

/**
 * Reads `ca.pem`, `cert.pem` and `key.pem`, as the Docker CLI lays them out: a client without a certificate of its
 * own has no `cert.pem` and no `key.pem`.
 *
 * @throws {WatcherError} `INVALID_SETTING`, naming the file, when it cannot be read or holds something else
 */
export function readTlsDirectory(
  directory: string,
  { setting, needsCa, verify }: TlsDirectoryOptions,
): TlsSettings {
  const path = (part: Part) => join(directory, `${part}.pem`);
  const read = (part: Part, needed: boolean) =>
    needed || isThere(path(part)) ? { [part]: readFile(path(part), `${part}.pem of ${setting}`) } : {};
  // One without the other is a mistake that a handshake would not name.
  const hasOwn = isThere(path('cert')) || isThere(path('key'));
  const settings = {
    ...read('ca', needsCa),
    ...read('cert', hasOwn),
    ...read('key', hasOwn),
    rejectUnauthorized: verify,
  };
  return checked(settings, (part) => `${part}.pem of ${setting}, "${path(part)}"`);
}

type Part = 'ca' | 'cert' | 'key';

function readPem(given: string | Uint8Array, setting: string): string | Buffer {
  if (typeof given !== 'string') return Buffer.from(given);
  return given.includes('-----BEGIN') ? given : readFile(given, setting, setting !== 'tls.key');
}

/** @param mayShow false where what should be a path may be the secret itself, given in a wrong form */
function readFile(path: string, setting: string, mayShow = true): Buffer {
  const what = mayShow ? `${setting} at "${path}"` : setting;
  return readSettingsFile({ path, what, advice: ': expected a PEM file that this user may read.', mayShow });
}

/** Looks at each part before a handshake does, which would not say which one is wrong. */
function checked(settings: TlsSettings, nameOf: (part: Part) => string): TlsSettings {
  const { ca, cert, key } = settings;
  const refuse = (part: Part, expected: string) =>
    fault('INVALID_SETTING', `Invalid ${nameOf(part)}: expected ${expected}.`);
  if (ca !== undefined && !certificateIn(ca)) throw refuse('ca', 'a certificate in PEM form');
  if (cert === undefined || key === undefined) return settings;
  const own = certificateIn(cert);
  if (!own) throw refuse('cert', 'a certificate in PEM form');
  const secret = keyIn(key);
  if (!secret) throw refuse('key', 'a private key in PEM form, without a passphrase');
  if (!own.checkPrivateKey(secret)) throw refuse('key', `the key that belongs to ${nameOf('cert')}`);
  return settings;
}

/** In PEM form alone: Node takes the bare bytes (DER) here, and drops them where a connection is made. */
function certificateIn(pem: string | Buffer): X509Certificate | undefined {
  if (!pem.includes('-----BEGIN')) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function keyIn(pem: string | Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
