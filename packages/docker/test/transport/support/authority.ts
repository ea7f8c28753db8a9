import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Issued {
  /** Who signed it. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Days from now, and whose it is. */
export interface IssueOptions {
  /** Names and addresses, as openssl writes them: `DNS:engine,IP:127.0.0.1`. Default: none, as for a client. */
  readonly names?: string;
  readonly expired?: boolean;
}

/** A certificate authority in a temporary folder, made by openssl. */
export class Authority {
  readonly #folder: string;

  static create(name: string): Authority {
    const folder = mkdtempSync(join(tmpdir(), 'authority-'));
    const authority = new Authority(folder);
    authority.#openssl(
      ...[
        'req',
        '-x509',
        ...NEW_KEY,
        '-keyout',
        'ca-key.pem',
        '-out',
        'ca.pem',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
      ],
    );
    return authority;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get ca(): string {
    return this.path('ca.pem');
  }

  /** Signs a certificate for an engine, with `names`, or for a client. */
  issue(name: string, { names, expired = false }: IssueOptions = {}): Issued {
    const usage = names === undefined ? 'clientAuth' : 'serverAuth';
    const subject = names === undefined ? '' : `subjectAltName=${names}\n`;
    writeFileSync(this.path(`${name}.ext`), `extendedKeyUsage=${usage}\n${subject}`);
    this.#openssl(
      'req',
      ...NEW_KEY,
      '-keyout',
      `${name}-key.pem`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    const signs = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', `${name}.ext`];
    const days = expired ? '-1' : '1';
    this.#openssl('x509', '-req', '-in', `${name}.csr`, ...signs, '-days', days, '-out', `${name}.pem`);
    return { ca: this.ca, cert: this.path(`${name}.pem`), key: this.path(`${name}-key.pem`) };
  }

  /** The same key, behind a passphrase. */
  encrypt(key: string, passphrase: string): string {
    const encrypted = `${key}.encrypted`;
    this.#openssl('pkey', '-in', key, '-aes256', '-passout', `pass:${passphrase}`, '-out', encrypted);
    return encrypted;
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  read(path: string): Buffer {
    return readFileSync(path);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
