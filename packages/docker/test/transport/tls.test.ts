import { copyFileSync, mkdirSync } from 'node:fs';
import { DockerEngine } from '@watcher/testing/engine';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TlsOptions } from '../../src/index.ts';
import { skipsFor } from '../support/skips.ts';
import { Attempts } from './support/attempts.ts';
import { Authority, type Issued } from './support/authority.ts';
import { freePort } from './support/free-port.ts';
import { absentProgram } from './support/programs.ts';

/** Daemons and processes are started at each attempt, and the machine may be busy. */
const SLOW = { timeout: 60_000 };

const absent = DockerEngine.unavailable() ?? absentProgram('openssl', 'openssl');

describe.skipIf(skipsFor('Docker Engine behind TLS', absent))('a real engine behind TLS', SLOW, () => {
  const NAME = 'engine.test';
  let engine: DockerEngine;
  let ours: Authority;
  let theirs: Authority;
  let client: Issued;
  let port = 0;

  beforeAll(async () => {
    ours = Authority.create('ours');
    theirs = Authority.create('theirs');
    client = ours.issue('client');
    present(ours.issue('engine', { names: `DNS:${NAME},IP:127.0.0.1` }));
    port = await freePort();
    engine = await DockerEngine.start({
      args: [
        ...['-H', `tcp://127.0.0.1:${port}`, '--tlsverify', '--tlscacert', ours.ca],
        ...['--tlscert', ours.path('presented.pem'), '--tlskey', ours.path('presented-key.pem')],
      ],
    });
  });

  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    ours?.remove();
    theirs?.remove();
  });

  afterEach(() => vi.unstubAllEnvs());

  /** What the engine shows of itself from its next start on. */
  function present({ cert, key }: Issued): void {
    copyFileSync(cert, ours.path('presented.pem'));
    copyFileSync(key, ours.path('presented-key.pem'));
  }

  const host = () => `tcp://127.0.0.1:${port}`;
  const connect = (tls?: TlsOptions, to = host()) => new Attempts({ host: to, ...(tls && { tls }) });

  /** The next attempt succeeds, and events come. */
  async function recovers(attempts: Attempts): Promise<void> {
    await attempts.again();
    await works(attempts);
  }

  async function works({ watch }: Attempts): Promise<void> {
    await watch.stream.ready;
    const id = await engine.create({ name: `web-${count++}` });
    await engine.start(id);
    await vi.waitUntil(() => watch.events.some(({ actorId }) => actorId === id), 30_000);
    await engine.remove(id);
  }

  let count = 0;

  it('is watched with the right certificates, given as paths', async () => {
    await using attempts = connect(client);
    await works(attempts);
    expect(attempts.errors).toEqual([]);
  });

  it('is watched with the right certificates, given as PEM', async () => {
    const { ca, cert, key } = client;
    await using attempts = connect({
      ca: ours.read(ca).toString(),
      cert: ours.read(cert),
      key: ours.read(key),
    });
    await works(attempts);
  });

  it.each([
    ['option', () => ({ host: host() })],
    ['DOCKER_HOST', () => ({})],
  ])('is watched with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, its address from %s', async (_, config) => {
    const folder = ours.path(`docker-${count++}`);
    mkdirSync(folder);
    copyFileSync(client.ca, `${folder}/ca.pem`);
    copyFileSync(client.cert, `${folder}/cert.pem`);
    copyFileSync(client.key, `${folder}/key.pem`);
    vi.stubEnv('DOCKER_HOST', host());
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    vi.stubEnv('DOCKER_CERT_PATH', folder);
    await using attempts = new Attempts(config());
    await works(attempts);
  });

  it('is refused when another CA signed its certificate, until the right CA is there', async () => {
    const ca = ours.path('ca-to-mend.pem');
    copyFileSync(theirs.ca, ca);
    await using attempts = connect({ ...client, ca });
    await attempts.refused(/^TLS: .* is not signed by a CA that is trusted here\. Set "tls\.ca"/);
    copyFileSync(ours.ca, ca);
    await recovers(attempts);
  });

  it('is refused when no CA is given, since Node trusts none of its own making', async () => {
    await using attempts = connect({ cert: client.cert, key: client.key });
    await attempts.refused(/^TLS: .* is not signed by a CA that is trusted here\. Set "tls\.ca"/);
  });

  it('refuses a client without a certificate, until it has one', async () => {
    const folder = ours.path('docker-without');
    mkdirSync(folder);
    copyFileSync(client.ca, `${folder}/ca.pem`);
    vi.stubEnv('DOCKER_CERT_PATH', folder);
    await using attempts = connect();
    await attempts.refused(
      /^TLS: .*(wants a certificate of this client|does not accept this client)\..*"tls\.cert"/,
    );
    copyFileSync(client.cert, `${folder}/cert.pem`);
    copyFileSync(client.key, `${folder}/key.pem`);
    await recovers(attempts);
  });

  it("refuses a client whose certificate another CA signed, until it is of the engine's", async () => {
    const other = theirs.issue('client');
    const cert = ours.path('cert-to-mend.pem');
    const key = ours.path('key-to-mend.pem');
    copyFileSync(other.cert, cert);
    copyFileSync(other.key, key);
    await using attempts = connect({ ca: ours.ca, cert, key });
    await attempts.refused(
      /^TLS: .*does not accept this client\. "tls\.cert" .* signed by a CA that the engine trusts/,
    );
    copyFileSync(client.cert, cert);
    copyFileSync(client.key, key);
    await recovers(attempts);
  });

  it('refuses a client whose certificate has expired', async () => {
    await using attempts = connect(ours.issue('old-client', { expired: true }));
    await attempts.refused(/^TLS: .*(certificate of this client has expired|does not accept this client)/);
  });

  it('is refused when its certificate is for another name, unless that is the one asked for', async () => {
    await using wrong = connect(client, `tcp://localhost:${port}`);
    await wrong.refused(/^TLS: .* is for another name\. It is for DNS:engine\.test.* Set "tls\.serverName"/);
    await using right = connect({ ...client, serverName: NAME }, `tcp://localhost:${port}`);
    await works(right);
    await using other = connect({ ...client, serverName: 'other.test' });
    await other.refused(/^TLS: .* is for another name\..* Set "tls\.serverName"/);
  });

  it('that wants TLS says so to a client that does not speak it', async () => {
    await using attempts = connect();
    await attempts.refused(/^TLS: .* wants TLS\. Set "tls" \(or DOCKER_TLS_VERIFY\), or use https:\/\//);
  });

  it('is refused when its certificate has expired, until it is renewed', async () => {
    present(ours.issue('expired', { names: 'IP:127.0.0.1', expired: true }));
    await engine.restart();
    await using attempts = connect(client);
    await attempts.refused(/^TLS: .* the engine's certificate has expired\. Renew it/);
    present(ours.issue('renewed', { names: 'IP:127.0.0.1' }));
    await engine.restart();
    await recovers(attempts);
  });

  it.each<[string, TlsOptions, RegExp]>([
    ['key', { key: '/no/such/key.pem' }, /Cannot read tls\.key \(ENOENT\)/],
    [
      'certificate',
      { cert: '/no/such/cert.pem' },
      /Cannot read tls\.cert at "\/no\/such\/cert\.pem" \(ENOENT\)/,
    ],
  ])('is given up when the %s cannot be read: no retry can mend that', async (_, wrong, message) => {
    await using attempts = connect({ ...client, ...wrong });
    const error = {
      code: 'INVALID_SETTING',
      source: 'engine',
      retryable: false,
      message: expect.stringMatching(message),
    };
    await expect(attempts.watch.stream.ready).rejects.toMatchObject(error);
    expect(await attempts.watch.stream.closed).toMatchObject({ reason: 'failed', error });
    expect(attempts.clock.pending).toBe(0);
  });
});
