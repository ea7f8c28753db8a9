import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkEndpointSettings,
  type EndpointSettings,
  resolveEndpoint,
} from '../../src/endpoint/endpoint.ts';
import { thrownBy } from './support.ts';

let config = '';

beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'docker-config-'));
});

afterEach(() => rmSync(config, { recursive: true, force: true }));

/** Writes a context as the Docker CLI would. */
function context(name: string, host: string): void {
  const folder = join(config, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(folder, { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta));
}

const use = (name: string) =>
  writeFileSync(join(config, 'config.json'), JSON.stringify({ currentContext: name }));
const shown = (settings: EndpointSettings, env: NodeJS.ProcessEnv) =>
  resolveEndpoint(settings, { DOCKER_CONFIG: config, ...env }).host.shown;

describe('the engine', () => {
  const all = { DOCKER_HOST: 'tcp://from-host-variable', DOCKER_CONTEXT: 'from-variable' };

  beforeEach(() => {
    context('from-variable', 'tcp://from-context-variable');
    context('current', 'tcp://from-current-context');
    use('current');
  });

  it('is that of the option, whatever the environment says', () => {
    expect(shown({ host: 'unix:///option.sock' }, all)).toBe('unix:///option.sock');
  });

  it('is that of the option, however wrong the rest is', () => {
    use('missing');
    const wrong = { DOCKER_HOST: 'nonsense://', DOCKER_CONTEXT: 'missing', DOCKER_CONFIG: '/dev/null' };
    expect(shown({ host: 'unix:///option.sock' }, wrong)).toBe('unix:///option.sock');
  });

  it('is else that of DOCKER_HOST', () => {
    expect(shown({}, all)).toBe('tcp://from-host-variable');
  });

  it('is else that of DOCKER_CONTEXT', () => {
    expect(shown({}, { ...all, DOCKER_HOST: '' })).toBe('tcp://from-context-variable');
  });

  it('is else that of the current context', () => {
    expect(shown({}, {})).toBe('tcp://from-current-context');
  });

  it("is else the platform's own socket, as it is for the context `default`", () => {
    expect(shown({}, { DOCKER_CONTEXT: 'default' })).toMatch(/^unix:\/\/\/.*\.sock$/);
    rmSync(join(config, 'config.json'));
    expect(shown({}, {})).toMatch(/^unix:\/\/\/.*\.sock$/);
  });

  it('is looked for again each time, so that a context that was switched is seen', () => {
    expect(shown({}, {})).toBe('tcp://from-current-context');
    use('from-variable');
    expect(shown({}, {})).toBe('tcp://from-context-variable');
  });

  it.each([
    [' tcp://host:1 ', 'tcp://host:1'],
    ['host:2375', 'tcp://host:2375'],
    ['10.0.0.1', 'tcp://10.0.0.1'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['npipe://', 'npipe:////./pipe/docker_engine'],
  ])('of a DOCKER_HOST of "%s" is %s, as the Docker CLI reads it', (given, host) => {
    expect(shown({}, { DOCKER_HOST: given })).toBe(host);
  });
});

describe('an address that is none', () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['DOCKER_HOST', { DOCKER_HOST: 'ftp://me:s3cret@host' }, 'Invalid DOCKER_HOST: expected unix:///path'],
    ['DOCKER_HOST', { DOCKER_HOST: '/var/run/docker.sock' }, 'Invalid DOCKER_HOST: expected unix:///path'],
    [
      'DOCKER_CONTEXT',
      { DOCKER_CONTEXT: 'missing' },
      'The Docker context "missing", from DOCKER_CONTEXT, is not',
    ],
    [
      'its context',
      { DOCKER_CONTEXT: 'broken' },
      'Invalid host of the Docker context "broken": expected unix:',
    ],
    [
      'DOCKER_API_VERSION',
      { DOCKER_HOST: 'tcp://host', DOCKER_API_VERSION: 'new' },
      'Invalid DOCKER_API_VERSION',
    ],
  ])('is a fault that names %s', (_, env, message) => {
    context('broken', 'ftp://me:s3cret@host');
    const error = thrownBy(() => shown({}, env));
    expect(error).toMatchObject({ code: 'INVALID_SETTING', message: expect.stringContaining(message) });
    expect((error as Error).message).not.toContain('s3cret');
  });

  it('is a fault of the option at once, and not when a connection is made', () => {
    expect(() => checkEndpointSettings({ host: 'ftp://me:s3cret@host' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/^Invalid option "host": expected unix:.*, got "ftp:\/\/host"\.$/),
      }),
    );
  });
});

describe('the option "tls"', () => {
  it.each<[EndpointSettings, RegExp]>([
    [{ host: 7 as unknown as string }, /"host": expected a string, got "number"/],
    [{ host: new URL('https://me:s3cret@host') as never }, /"host": expected a string, got "object"/],
    [{ host: ['https://me:s3cret@host'] as never }, /"host": expected a string, got "an array"/],
    [{ tls: 'ca.pem' as never }, /"tls": expected an object/],
    [{ tls: ['s3cret'] as never }, /"tls": expected an object, got "an array"/],
    [{ tls: null as never }, /"tls": expected an object/],
    [
      { tls: { ca: '' } },
      /"tls\.ca": expected PEM text or bytes, or the path of a PEM file, got "an empty string"/,
    ],
    [{ tls: { key: ['s3cret'] as never, cert: 'c' } }, /"tls\.key": .* got "an array"/],
    [{ tls: { ca: null as never } }, /"tls\.ca": .* got "null"/],
    [{ tls: { cert: 'cert.pem' } }, /"tls": expected "cert" and "key" together/],
    [{ tls: { key: 's3cret' } }, /"tls": expected "cert" and "key" together, or neither, got \["key"\]/],
    [{ tls: { serverName: '' } }, /"tls\.serverName": expected a name/],
    [{ host: 'unix:///a.sock', tls: {} }, /"host": expected tcp:\/\/ or https:\/\/ beside "tls"/],
    [{ host: 'http://host', tls: {} }, /"host": expected tcp:\/\/ or https:\/\/ beside "tls"/],
    [{ host: 'ssh://host', tls: {} }, /"host": expected tcp:\/\/ or https:\/\/ beside "tls"/],
  ])('is checked at once: %j', (settings, message) => {
    const error = thrownBy(() => checkEndpointSettings(settings));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('s3cret');
  });

  it.each([
    { DOCKER_HOST: 'unix:///a.sock' },
    { DOCKER_HOST: 'http://host' },
    { DOCKER_HOST: 'ssh://host' },
    {},
  ])('is no silent wish where the host is another kind: %j', (env) => {
    expect(() => shown({ tls: {} }, env)).toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTING',
        message: expect.stringMatching(/^Invalid "tls": it needs/),
      }),
    );
  });

  it('goes before DOCKER_CERT_PATH, which then need not be there', () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such/folder' };
    const { tls } = resolveEndpoint({ host: 'tcp://host', tls: { serverName: 'engine' } }, env);
    expect(tls).toEqual({ servername: 'engine', rejectUnauthorized: true });
  });
});

describe('TLS', () => {
  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'DOCKER_CERT_PATH',
      { DOCKER_CERT_PATH: '/no/such' },
      /ca\.pem of DOCKER_CERT_PATH at "\/no\/such\/ca\.pem"/,
    ],
    [
      'DOCKER_TLS_VERIFY',
      { DOCKER_TLS_VERIFY: '1' },
      /ca\.pem of DOCKER_TLS_VERIFY .* at ".*docker-config-.*\/ca\.pem"/,
    ],
  ])('is asked for by %s, and fails without the files', (_, env, message) => {
    for (const settings of [{ host: 'tcp://host' }, {}]) {
      const error = thrownBy(() => shown(settings, { DOCKER_HOST: 'tcp://host', ...env }));
      expect(error).toMatchObject({ code: 'INVALID_SETTING', message: expect.stringMatching(message) });
    }
  });

  it.each(['unix:///a.sock', 'ssh://host', 'http://host'])(
    'is none of %s, whatever the environment says',
    (host) => {
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such/folder' };
      expect(resolveEndpoint({ host }, env).tls).toBeUndefined();
    },
  );

  it('is what https:// means by itself, and tcp:// does not', () => {
    expect(resolveEndpoint({ host: 'https://host' }, {}).tls).toEqual({ rejectUnauthorized: true });
    expect(resolveEndpoint({ host: 'tcp://host' }, {}).tls).toBeUndefined();
  });

  it('is not dropped in silence where DOCKER_HOST is http:// beside DOCKER_TLS_VERIFY', () => {
    expect(() => shown({}, { DOCKER_HOST: 'http://host', DOCKER_TLS_VERIFY: '1' })).toThrow(
      /Invalid DOCKER_HOST: expected tcp:\/\/ or https:\/\/ beside DOCKER_TLS_VERIFY/,
    );
  });
});

describe('DOCKER_API_VERSION', () => {
  it('is taken as the Docker CLI takes it', () => {
    const version = (value: string) =>
      resolveEndpoint({ host: 'tcp://host' }, { DOCKER_API_VERSION: value }).apiVersion;
    expect(['1.44', 'v1.44', ' 1.44 ', ''].map(version)).toEqual(['1.44', '1.44', '1.44', undefined]);
  });
});
