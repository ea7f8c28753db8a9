import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../engine/faults.ts';

/** Client certificates for an engine that listens on TCP. Each is PEM text or bytes, or the path of a PEM file. */
export interface TlsOptions {
  /** Who has to have signed the engine's certificate. Default: the CAs that Node trusts. */
  readonly ca?: string | Uint8Array;
  /** This client's certificate and key; both or neither. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name that the engine's certificate has to be for. Default: the host's. */
  readonly serverName?: string;
}

/** TLS as a socket is opened with it: everything has been read. */
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
 * @throws {WatcherError} `INVALID_SETTING` for a file that cannot be read, naming the part of the option
 */
export function readTlsOptions({ ca, cert, key, serverName }: TlsOptions): TlsSettings {
  return {
    ...(ca !== undefined && { ca: readPem(ca, 'tls.ca') }),
    ...(cert !== undefined && { cert: readPem(cert, 'tls.cert') }),
    ...(key !== undefined && { key: readPem(key, 'tls.key') }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: true,
  };
}

/**
 * Reads `ca.pem`, `cert.pem` and `key.pem`, as the Docker CLI lays them out.
 *
 * @param setting what names the directory, for the error
 * @throws {WatcherError} `INVALID_SETTING` for a file that cannot be read
 */
export function readTlsDirectory(directory: string, setting: string, verify = true): TlsSettings {
  const read = (file: string) => readFile(join(directory, file), `${setting} (${file})`);
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), rejectUnauthorized: verify };
}

function readPem(given: string | Uint8Array, setting: string): string | Buffer {
  if (typeof given !== 'string') return Buffer.from(given);
  return given.trimStart().startsWith('-----BEGIN') ? given : readFile(given, setting);
}

function readFile(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `Cannot read ${setting} at "${path}" (${code}): expected a PEM file that this user may read.`;
    throw fault('INVALID_SETTING', message, error);
  }
}
