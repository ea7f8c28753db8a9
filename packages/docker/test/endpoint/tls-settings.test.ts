import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { isWatcherError } from '@watcher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as settings from '../../src/endpoint/tls-settings.ts';
import { skipsFor } from '../support/skips.ts';
import { Authority, type Issued } from '../transport/support/authority.ts';
import { absentProgram } from '../transport/support/programs.ts';
import { PATIENT, rejectionOf } from './support.ts';

type TlsOptions = settings.TlsOptions;
const readTlsOptions = (options: TlsOptions) => settings.readTlsOptions(options, PATIENT);
const readTlsDirectory = (path: string, options: settings.TlsDirectoryOptions) =>
  settings.readTlsDirectory(path, options, PATIENT);

describe.skipIf(skipsFor('openssl', absentProgram('openssl', 'openssl')))('TLS files', () => {
  let authority: Authority;
  let client: Issued;
  let other: Issued;

  beforeAll(() => {
    authority = Authority.create('ours');
    client = authority.issue('client');
    other = authority.issue('other');
    writeFileSync(authority.path('garbage.pem'), 'no certificate, and no key');
    mkdirSync(authority.path('folder.pem'));
  });

  afterAll(() => authority.remove());

  describe('of the option', () => {
    const pem = (path: string) => readFileSync(path, 'utf8');

    it('are PEM text, bytes, or the path of a file', async () => {
      const { ca, cert, key } = client;
      expect(await readTlsOptions({ ca: pem(ca), cert: readFileSync(cert), key })).toEqual({
        ca: pem(ca),
        cert: readFileSync(cert),
        key: readFileSync(key),
        allowPartialTrustChain: true,
        rejectUnauthorized: true,
      });
    });

    it('may be text with something before the PEM, as openssl writes it', async () => {
      const ca = `Bag Attributes\n    friendlyName: us\n${pem(client.ca)}`;
      expect(await readTlsOptions({ ca })).toEqual({
        ca,
        allowPartialTrustChain: true,
        rejectUnauthorized: true,
      });
    });

    it('are all left out for the CAs that Node trusts, and still verified', async () => {
      expect(await readTlsOptions({})).toEqual({ rejectUnauthorized: true });
    });

    it('come with the name that the certificate has to be for', async () => {
      expect(await readTlsOptions({ serverName: 'engine' })).toMatchObject({ servername: 'engine' });
    });

    it('are read anew each time', async () => {
      const path = authority.path('renewed.pem');
      copyFileSync(client.ca, path);
      const before = await readTlsOptions({ ca: path });
      copyFileSync(other.cert, path);
      expect(await readTlsOptions({ ca: path })).not.toEqual(before);
    });

    it.each<[string, () => TlsOptions, RegExp]>([
      [
        'a CA that is not there',
        () => ({ ca: '/no/such/ca.pem' }),
        /tls\.ca at "\/no\/such\/ca\.pem" \(ENOENT\)/,
      ],
      ['a CA that is a folder', () => ({ ca: authority.path('folder.pem') }), /tls\.ca at .* \(EISDIR\)/],
      ['a CA that is none', () => ({ ca: authority.path('garbage.pem') }), /tls\.ca: expected a certificate/],
      [
        'a CA that is cut short',
        () => ({ ca: pem(client.ca).slice(0, 100) }),
        /tls\.ca: expected a certificate/,
      ],
      [
        'a CA in another form than PEM',
        () => ({ ca: new X509Certificate(readFileSync(client.ca)).raw }),
        /tls\.ca: expected a certificate in PEM form/,
      ],
      [
        'a certificate in another form than PEM',
        () => ({ cert: new X509Certificate(readFileSync(client.cert)).raw, key: client.key }),
        /tls\.cert: expected a certificate in PEM form/,
      ],
      [
        'a certificate that is none',
        () => ({ cert: client.key, key: client.key }),
        /tls\.cert: expected a cert/,
      ],
      ['a key that is not there', () => ({ cert: client.cert, key: '/no/key.pem' }), /tls\.key \(ENOENT\)/],
      [
        'a key that is none',
        () => ({ cert: client.cert, key: client.cert }),
        /tls\.key: expected a private key/,
      ],
      [
        'a key behind a passphrase',
        () => ({ cert: client.cert, key: authority.encrypt(client.key, 'pass') }),
        /tls\.key: expected .* without a passphrase/,
      ],
      [
        'a key of another certificate',
        () => ({ cert: client.cert, key: other.key }),
        /tls\.key: expected the key that belongs to tls\.cert/,
      ],
    ])('with %s are a fault that names the part', async (_, options, message) => {
      await expect(readTlsOptions(options())).rejects.toThrow(
        expect.objectContaining({
          code: 'INVALID_SETTING',
          retryable: false,
          message: expect.stringMatching(message),
        }),
      );
    });

    it.each<[string, () => string]>([
      ['without its first line', () => pem(client.key).replace(/^.*\n/, '')],
      [
        'on one line',
        () =>
          pem(client.key)
            .replace(/-----.*-----/g, '')
            .replaceAll('\n', ''),
      ],
      ['with another first line', () => pem(client.key).replace('PRIVATE', 'MY')],
    ])('with a key given %s show nothing of it', async (_, key) => {
      const [, , secret = ''] = pem(client.key).split('\n');
      const error = await rejectionOf(readTlsOptions({ cert: client.cert, key: key() }));
      expect(error).toSatisfy((thrown) => isWatcherError(thrown, 'INVALID_SETTING'));
      expect(inspect(error)).toContain('tls.key');
      expect(inspect(error)).not.toContain(secret.slice(0, 20));
    });
  });

  describe("in a folder as the Docker CLI's", () => {
    const options = { setting: 'DOCKER_CERT_PATH', needsCa: true, verify: true };
    let count = 0;

    function folder(files: Record<string, string>): string {
      const path = authority.path(`folder-${count++}`);
      mkdirSync(path);
      for (const [name, from] of Object.entries(files)) copyFileSync(from, `${path}/${name}`);
      return path;
    }

    it('are ca.pem, cert.pem and key.pem', async () => {
      const path = folder({ 'ca.pem': client.ca, 'cert.pem': client.cert, 'key.pem': client.key });
      expect(await readTlsDirectory(path, options)).toEqual({
        ca: readFileSync(client.ca),
        cert: readFileSync(client.cert),
        key: readFileSync(client.key),
        allowPartialTrustChain: true,
        rejectUnauthorized: true,
      });
    });

    it('may be a CA alone', async () => {
      expect(await readTlsDirectory(folder({ 'ca.pem': client.ca }), options)).toEqual({
        ca: readFileSync(client.ca),
        allowPartialTrustChain: true,
        rejectUnauthorized: true,
      });
    });

    it('need no CA where none is asked for, nor verification', async () => {
      const path = folder({ 'cert.pem': client.cert, 'key.pem': client.key });
      expect(await readTlsDirectory(path, { ...options, needsCa: false, verify: false })).toEqual({
        cert: readFileSync(client.cert),
        key: readFileSync(client.key),
        rejectUnauthorized: false,
      });
    });

    it.each<[string, () => Record<string, string>, RegExp]>([
      [
        'no CA',
        () => ({ 'cert.pem': client.cert, 'key.pem': client.key }),
        /ca\.pem of DOCKER_CERT_PATH .*ENOENT/,
      ],
      [
        'a key alone',
        () => ({ 'ca.pem': client.ca, 'key.pem': client.key }),
        /cert\.pem of DOCKER_CERT_PATH .*ENOENT/,
      ],
      [
        'a certificate alone',
        () => ({ 'ca.pem': client.ca, 'cert.pem': client.cert }),
        /key\.pem of DOCKER_CERT_PATH .*ENOENT/,
      ],
      [
        'a CA that is none',
        () => ({ 'ca.pem': client.key }),
        /ca\.pem of DOCKER_CERT_PATH.*expected a certificate/,
      ],
    ])('with %s are a fault that names the setting and the file', async (_, files, message) => {
      const path = folder(files());
      const error = await rejectionOf(readTlsDirectory(path, options));
      expect(error).toMatchObject({ code: 'INVALID_SETTING', message: expect.stringMatching(message) });
      expect((error as Error).message).toContain(path);
      rmSync(path, { recursive: true });
    });
  });
});
