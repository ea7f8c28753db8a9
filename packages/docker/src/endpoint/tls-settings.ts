import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { WatcherError } from '@watcher/core';
import { fault } from '../errors/fault.ts';
import { type FileDeadline, readOptionalSettingsFile, readSettingsFile } from './settings-file.ts';
import { isLikelyPath, shownPath } from './shown-path.ts';

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
  /** True beside `ca`, which may hold an intermediate CA without its root. The Docker CLI accepts that, too. */
  readonly allowPartialTrustChain?: true;
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
 *   something else; `UNREACHABLE` when a file cannot be read for now
 */
export async function readTlsOptions(
  { ca, cert, key, serverName }: TlsOptions,
  deadline: FileDeadline,
): Promise<TlsSettings> {
  return checked(
    {
      ...(ca !== undefined && { ca: await readPem(ca, 'tls.ca', deadline) }),
      ...(cert !== undefined && { cert: await readPem(cert, 'tls.cert', deadline) }),
      ...(key !== undefined && { key: await readPem(key, 'tls.key', deadline) }),
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
 * Reads `ca.pem`, `cert.pem` and `key.pem`, as the Docker CLI lays them out. A client that has no certificate has
 * neither `cert.pem` nor `key.pem`.
 *
 * @throws {WatcherError} `INVALID_SETTING`, naming the file, when it cannot be read or holds something else;
 *   `UNREACHABLE` when a file cannot be read for now
 */
export async function readTlsDirectory(
  directory: string,
  { setting, needsCa, verify }: TlsDirectoryOptions,
  deadline: FileDeadline,
): Promise<TlsSettings> {
  const fileOf = (part: Part) => pemFile(join(directory, `${part}.pem`), `${part}.pem of ${setting}`);
  const optional = (part: Part) => readOptionalSettingsFile(fileOf(part), deadline);
  const required = (part: Part) => readSettingsFile(fileOf(part), deadline);
  const ca = needsCa ? await required('ca') : await optional('ca');
  // One without the other is a mistake that a handshake would not name.
  let cert = await optional('cert');
  const key = cert ? await required('key') : await optional('key');
  if (key) cert ??= await required('cert');
  return checked(
    { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), rejectUnauthorized: verify },
    (part) => `${part}.pem of ${setting} at ${shownPath(join(directory, `${part}.pem`))}`,
  );
}

type Part = 'ca' | 'cert' | 'key';

async function readPem(
  given: string | Uint8Array,
  setting: string,
  deadline: FileDeadline,
): Promise<string | Buffer> {
  if (typeof given !== 'string') return Buffer.from(given);
  if (given.includes('-----BEGIN')) return given;
  // What should be a path may be the key itself, without its header. A key may be given where a certificate belongs.
  const mayShow = setting !== 'tls.key' && isLikelyPath(given);
  return readSettingsFile({ ...pemFile(given, setting), mayShow }, deadline);
}

function pemFile(path: string, what: string) {
  return { path, what, advice: ': expected a PEM file that this user may read.' };
}

/** Looks at each part before a handshake does, which would not say which one is wrong. */
function checked(settings: TlsSettings, nameOf: (part: Part) => string): TlsSettings {
  const { ca, cert, key } = settings;
  const refuse = (part: Part, expected: string) =>
    fault('INVALID_SETTING', `Invalid ${nameOf(part)}: expected ${expected}.`);
  if (ca !== undefined && !certificateIn(ca)) throw refuse('ca', 'a certificate in PEM form');
  if (cert !== undefined && key !== undefined) checkPair(cert, key, refuse, nameOf('cert'));
  return { ...settings, ...(ca !== undefined && { allowPartialTrustChain: true }) };
}

function checkPair(
  cert: string | Buffer,
  key: string | Buffer,
  refuse: (part: Part, expected: string) => WatcherError,
  certName: string,
): void {
  const own = certificateIn(cert);
  if (!own) throw refuse('cert', 'a certificate in PEM form');
  const secret = keyIn(key);
  if (!secret) throw refuse('key', 'a private key in PEM form, without a passphrase');
  if (!own.checkPrivateKey(secret)) throw refuse('key', `the key that belongs to ${certName}`);
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
