import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as contexts from '../../src/endpoint/docker-context.ts';
import { resolveEndpoint } from '../../src/endpoint/endpoint.ts';
import { skipsFor } from '../support/skips.ts';
import { Authority } from '../transport/support/authority.ts';
import { absentProgram } from '../transport/support/programs.ts';
import { PATIENT, rejectionOf } from './support.ts';

const currentContext = (env: NodeJS.ProcessEnv) => contexts.currentContext(env, PATIENT);

const skips = skipsFor(
  'Docker CLI',
  absentProgram('docker', 'docker.io') ?? absentProgram('openssl', 'openssl'),
);

describe.skipIf(skips)("a context, from the files that the Docker CLI's own commands wrote", () => {
  let folder = '';
  let authority: Authority;
  const env = () => ({ DOCKER_CONFIG: folder, HOME: '/nowhere' });
  const docker = (...args: string[]) =>
    execFileSync('docker', args, { env: { PATH: process.env['PATH'], ...env() }, stdio: 'pipe' });

  beforeAll(() => {
    authority = Authority.create('contexts');
  });

  afterAll(() => authority.remove());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docker-config-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is none until one is used, and none again for "default"', async () => {
    docker('context', 'create', 'far', '--docker', 'host=tcp://far:2375');
    expect(await currentContext(env())).toBeUndefined();
    docker('context', 'use', 'far');
    expect(await currentContext(env())).toBe('far');
    docker('context', 'use', 'default');
    expect(await currentContext(env())).toBeUndefined();
  });

  it('is that of DOCKER_CONTEXT before the current one', async () => {
    docker('context', 'create', 'far', '--docker', 'host=tcp://far:2375');
    docker('context', 'use', 'far');
    expect(await currentContext({ ...env(), DOCKER_CONTEXT: 'near' })).toBe('near');
    expect(await currentContext({ ...env(), DOCKER_CONTEXT: 'default' })).toBeUndefined();
    expect(await currentContext({ ...env(), DOCKER_CONTEXT: '' })).toBe('far');
  });

  it.each([
    ['a socket', 'unix:///run/other.sock', { kind: 'socket', path: '/run/other.sock' }],
    ['a port', 'tcp://far:2375', { kind: 'tcp', hostname: 'far', port: 2375 }],
    ['ssh', 'ssh://me@far', { kind: 'ssh', hostname: 'far', user: 'me' }],
  ])('leads to %s', async (_, host, expected) => {
    docker('context', 'create', 'far', '--docker', `host=${host}`);
    docker('context', 'use', 'far');
    const endpoint = await resolveEndpoint({}, env());
    expect(endpoint).toEqual({ host: expect.objectContaining(expected) });
  });

  it('is found whatever its name is made of', async () => {
    docker(
      'context',
      'create',
      'we.ird+name_1',
      '--description',
      'Zürich / "x"',
      '--docker',
      'host=tcp://far:1',
    );
    expect((await contexts.readContext('we.ird+name_1', env(), PATIENT)).host).toBe('tcp://far:1');
  });

  it('brings the TLS files that were stored with it', async () => {
    const { ca, cert, key } = authority.issue('client');
    docker('context', 'create', 'far', '--docker', `host=tcp://far:2376,ca=${ca},cert=${cert},key=${key}`);
    docker('context', 'use', 'far');
    expect((await resolveEndpoint({}, env())).tls).toEqual({
      ca: authority.read(ca),
      cert: authority.read(cert),
      key: authority.read(key),
      allowPartialTrustChain: true,
      rejectUnauthorized: true,
    });
  });

  it('brings a CA alone', async () => {
    docker('context', 'create', 'far', '--docker', `host=tcp://far:2376,ca=${authority.ca}`);
    const { tls } = await resolveEndpoint({}, { ...env(), DOCKER_CONTEXT: 'far' });
    expect(tls).toEqual({
      ca: authority.read(authority.ca),
      allowPartialTrustChain: true,
      rejectUnauthorized: true,
    });
  });

  it('is verified unless it says to skip that, with TLS files or without', async () => {
    docker('context', 'create', 'bare', '--docker', 'host=tcp://far:2376,skip-tls-verify=true');
    docker(
      'context',
      'create',
      'full',
      '--docker',
      `host=tcp://far:2376,ca=${authority.ca},skip-tls-verify=true`,
    );
    expect((await resolveEndpoint({}, { ...env(), DOCKER_CONTEXT: 'bare' })).tls).toEqual({
      rejectUnauthorized: false,
    });
    expect((await resolveEndpoint({}, { ...env(), DOCKER_CONTEXT: 'full' })).tls).toMatchObject({
      ca: authority.read(authority.ca),
      rejectUnauthorized: false,
    });
  });

  it('with a certificate and no key is a fault that names the context and the file', async () => {
    const { cert } = authority.issue('client');
    docker('context', 'create', 'half', '--docker', `host=tcp://far:2376,cert=${cert}`);
    await expect(resolveEndpoint({}, { ...env(), DOCKER_CONTEXT: 'half' })).rejects.toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTING',
        message: expect.stringMatching(/key\.pem.*"half".*ENOENT/),
      }),
    );
  });

  it('that names no host is a fault that says so', async () => {
    docker('context', 'create', 'empty', '--docker', 'skip-tls-verify=true');
    docker('context', 'use', 'empty');
    await expect(resolveEndpoint({}, env())).rejects.toThrow(
      /context "empty", from `docker context use`, names no host/,
    );
  });

  it('that was removed is a fault that says where its name came from', async () => {
    docker('context', 'create', 'far', '--docker', 'host=tcp://far:2375');
    docker('context', 'rm', 'far');
    await expect(resolveEndpoint({}, { ...env(), DOCKER_CONTEXT: 'far' })).rejects.toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTING',
        retryable: false,
        message: expect.stringMatching(/"far", from DOCKER_CONTEXT, is not to be found.*docker context ls/),
      }),
    );
  });
});

describe('a context, from files that are not as the Docker CLI writes them,', () => {
  let folder = '';
  const env = () => ({ DOCKER_CONFIG: folder });
  const config = () => join(folder, 'config.json');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docker-config-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    '',
    ' \r\n',
    '{}',
    'null',
    '[]',
    '7',
    '{"currentContext":""}',
    '{"currentContext":7}',
    '{"currentContext":null}',
  ])('is none where config.json holds %s', async (text) => {
    writeFileSync(config(), text);
    expect(await currentContext(env())).toBeUndefined();
  });

  it('is none where there is no folder, and where a file is in its place', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await currentContext({ DOCKER_CONFIG: join(folder, 'none') })).toBeUndefined();
    expect(await currentContext({ DOCKER_CONFIG: join(folder, 'file') })).toBeUndefined();
  });

  it("is looked for in the user's own folder when DOCKER_CONFIG says nothing", async () => {
    mkdirSync(join(folder, '.docker'));
    writeFileSync(join(folder, '.docker/config.json'), '{"currentContext":"mine"}');
    expect(await currentContext({ HOME: folder })).toBe('mine');
    expect(await currentContext({ HOME: folder, DOCKER_CONFIG: '' })).toBe('mine');
  });

  it('is a fault that names the file where it is broken: another engine would be the wrong one', async () => {
    writeFileSync(config(), '{"currentContext":');
    const message = expect.stringMatching(/config\.json" \(it holds no JSON\).*"host" or DOCKER_HOST/);
    await expect(currentContext(env())).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING', message }),
    );
  });

  it('is a fault where it cannot be read', async () => {
    symlinkSync('config.json', config());
    await expect(currentContext(env())).rejects.toThrow(/config\.json" \(ELOOP\)/);
  });

  it('is found by a field in other letters, as the CLI finds it', async () => {
    writeFileSync(config(), '{"CURRENTCONTEXT":"other","currentContext":"exact"}');
    expect(await currentContext(env())).toBe('exact');
    writeFileSync(config(), '{"currentcontext":"other"}');
    expect(await currentContext(env())).toBe('other');
  });

  it('is a fault that names a byte order mark, which the CLI does not read either', async () => {
    writeFileSync(config(), '\ufeff{}');
    await expect(currentContext(env())).rejects.toThrow(/config\.json" \(it begins with a byte order mark/);
  });

  it.each([
    ['', /holds no JSON/],
    ['{"Endpoints":{}}', /names no host/],
    ['{"Endpoints":{"docker":null}}', /names no host/],
    ['{"Endpoints":{"docker":{"Host":7}}}', /names no host/],
    ['{"Endpoints":{"Docker":{"Host":"tcp://other"}}}', /names no host/],
    ['{"Endpoints":[["docker"]]}', /names no host/],
    ['{"__proto__":{"Endpoints":{"docker":{"Host":"tcp://other"}}}}', /names no host/],
    ['[]', /names no host/],
    ['null', /names no host/],
  ])('is a fault where its file holds %s', async (text, message) => {
    const name = createHash('sha256').update('far').digest('hex');
    mkdirSync(join(folder, 'contexts/meta', name), { recursive: true });
    writeFileSync(join(folder, 'contexts/meta', name, 'meta.json'), text);
    const error = await rejectionOf(contexts.readContext('far', env(), PATIENT));
    expect(error).toMatchObject({ code: 'INVALID_SETTING', message: expect.stringMatching(message) });
  });

  it('says nothing of what a broken file holds', async () => {
    writeFileSync(config(), '{"auths":{"registry":{"auth":s3cret');
    const error = inspect(await rejectionOf(currentContext(env())));
    expect(error).toContain('INVALID_SETTING');
    expect(error).not.toContain('s3c');
  });
});
