import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkEndpointSettings,
  type EndpointSettings,
  nameEndpoint,
  resolveEndpoint,
} from '../../src/endpoint/endpoint.ts';
import { rejectionOf, thrownBy } from './support.ts';

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
const shown = async (settings: EndpointSettings, env: NodeJS.ProcessEnv) =>
  (await resolveEndpoint(settings, { DOCKER_CONFIG: config, ...env })).host.shown;

describe('the engine', () => {
  const all = { DOCKER_HOST: 'tcp://from-host-variable', DOCKER_CONTEXT: 'from-variable' };

  beforeEach(() => {
    context('from-variable', 'tcp://from-context-variable');
    context('current', 'tcp://from-current-context');
    use('current');
  });

  it('is that of the option, whatever the environment says', async () => {
    expect(await shown({ host: 'unix:///option.sock' }, all)).toBe('unix:///option.sock');
  });

  it('is that of the option, however wrong the rest is', async () => {
    use('missing');
    const wrong = { DOCKER_HOST: 'nonsense://', DOCKER_CONTEXT: 'missing', DOCKER_CONFIG: '/dev/null' };
    expect(await shown({ host: 'unix:///option.sock' }, wrong)).toBe('unix:///option.sock');
  });

  it('is else that of DOCKER_HOST', async () => {
    expect(await shown({}, all)).toBe('tcp://from-host-variable');
  });

  it('is else that of DOCKER_CONTEXT', async () => {
    expect(await shown({}, { ...all, DOCKER_HOST: '' })).toBe('tcp://from-context-variable');
  });

  it('is else that of the current context', async () => {
    expect(await shown({}, {})).toBe('tcp://from-current-context');
  });

  it("is else the platform's own socket, as it is for the context `default`", async () => {
    expect(await shown({}, { DOCKER_CONTEXT: 'default' })).toMatch(/^unix:\/\/\/.*\.sock$/);
    rmSync(join(config, 'config.json'));
    expect(await shown({}, {})).toMatch(/^unix:\/\/\/.*\.sock$/);
  });

  it('is looked for again each time, so that a context that was switched is seen', async () => {
    expect(await shown({}, {})).toBe('tcp://from-current-context');
    use('from-variable');
    expect(await shown({}, {})).toBe('tcp://from-context-variable');
  });

  it.each([
    [' tcp://host:1 ', 'tcp://host:1'],
    ['host:2375', 'tcp://host:2375'],
    ['10.0.0.1', 'tcp://10.0.0.1'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['npipe://', 'npipe:////./pipe/docker_engine'],
  ])('of a DOCKER_HOST of "%s" is %s, as the Docker CLI reads it', async (given, host) => {
    expect(await shown({}, { DOCKER_HOST: given })).toBe(host);
  });
});

describe('a DOCKER_HOST with half a scheme', () => {
  it.each([
    'tcp:/us3r:s3cret@127.0.0.1:1',
    'https:/us3r:s3cret@127.0.0.1:1',
    'https:us3r:s3cret@127.0.0.1:1',
    'HTTPS:us3r:s3cret@127.0.0.1',
    'tls:s3cret@host',
    'ssh:us3r@host',
    'tcp:\\\\us3r:s3cret@host',
  ])('is refused, and shows no login: %s', async (given) => {
    const error = await rejectionOf(shown({}, { DOCKER_HOST: given }));
    expect(error).toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringMatching(/^Invalid DOCKER_HOST/),
    });
    expect(inspect(error)).not.toMatch(/us3r|s3cret/);
    expect(nameEndpoint({}, { DOCKER_HOST: given })).toBe('docker');
  });

  it('is told from a host that has such a name', async () => {
    expect(await shown({}, { DOCKER_HOST: 'tcp:2375' })).toBe('tcp://tcp:2375');
  });
});

describe('as in the Docker CLI', () => {
  beforeEach(() => {
    context('current', 'tcp://from-current-context');
    use('current');
  });

  it('a DOCKER_HOST of blanks selects the default, and no context', async () => {
    expect(await shown({}, { DOCKER_HOST: ' ', DOCKER_CONTEXT: 'current' })).toMatch(/^unix:/);
  });

  it.each([{ DOCKER_TLS_VERIFY: '1' }, { DOCKER_TLS_VERIFY: '0' }, { DOCKER_TLS: '1' }])(
    '%j asks for TLS on port 2376 of this machine where no setting names an engine',
    async (env) => {
      const at = join(config, 'ca.pem');
      const error = await rejectionOf(shown({}, { ...env, DOCKER_CONTEXT: 'default' }));
      expect(error).toMatchObject({ message: expect.stringContaining(`"${at}" (ENOENT)`) });
      await expect(shown({}, { ...env })).resolves.toBe('tcp://from-current-context');
    },
  );

  it.each([{ DOCKER_TLS_VERIFY: '' }, { DOCKER_TLS: '' }])('%j asks for nothing', async (env) => {
    expect(await shown({}, { ...env, DOCKER_CONTEXT: 'default' })).toMatch(/^unix:/);
  });

  it('DOCKER_TLS asks a tcp:// host for TLS, too, and other than there it is verified', async () => {
    const error = await rejectionOf(shown({}, { DOCKER_HOST: 'tcp://host', DOCKER_TLS: '1' }));
    expect(error).toMatchObject({ message: expect.stringMatching(/ca\.pem of DOCKER_TLS .*ENOENT/) });
    await expect(shown({}, { DOCKER_HOST: 'http://host', DOCKER_TLS: '1' })).rejects.toThrow(
      /beside DOCKER_TLS,/,
    );
  });

  it('a tls:// host is asked for TLS', async () => {
    const { host, tls } = await resolveEndpoint({ host: 'tls://host' }, {});
    expect({ host, tls }).toMatchObject({ host: { port: 2376 }, tls: { rejectUnauthorized: true } });
  });
});

describe('the name of an engine', () => {
  it.each<[EndpointSettings, NodeJS.ProcessEnv, string]>([
    [{ host: 'tcp://me:s3cret@host:1' }, { DOCKER_HOST: 'tcp://other' }, 'tcp://host:1'],
    [{}, { DOCKER_HOST: 'host:1', DOCKER_CONTEXT: 'far' }, 'tcp://host:1'],
    [{}, { DOCKER_CONTEXT: 'far' }, 'context far'],
    [{}, { DOCKER_CONTEXT: 'default' }, 'docker'],
    [{}, { DOCKER_CONTEXT: 'ssh://me@host' }, 'docker'],
    [{}, { DOCKER_HOST: 'nonsense://' }, 'docker'],
    [{}, { DOCKER_HOST: ' ', DOCKER_CONTEXT: 'far' }, 'docker'],
    [{}, {}, 'docker'],
  ])('of %j and %j is %s', (settings, env, name) => {
    expect(nameEndpoint(settings, env)).toBe(name);
  });

  it('needs no file: not even a FIFO in the place of config.json delays it', () => {
    execFileSync('mkfifo', [join(config, 'config.json')]);
    expect(nameEndpoint({}, { DOCKER_CONFIG: config })).toBe('docker');
  });
});

describe('a secret in the wrong place is not shown', () => {
  const PEM = '-----BEGIN PRIVATE KEY-----\nTUlHSEFnRUFNQk1HQnlxR1NNNDlBZ0VHQ0Nx\n-----END PRIVATE KEY-----';
  const BODY = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgs3cretKey0AbCdEfG/hIjKlMnOpQrStUvWxYz01';
  const HALF = BODY.slice(40);

  it.each<[string, EndpointSettings, NodeJS.ProcessEnv]>([
    ['a bare key as tls.ca', { host: 'tcp://host', tls: { ca: BODY } }, {}],
    ['a bare key as tls.cert and tls.key', { host: 'tcp://host', tls: { cert: BODY, key: BODY } }, {}],
    ['a part of a key as tls.ca', { host: 'tcp://host', tls: { ca: HALF } }, {}],
    [
      'a key in lines, without its header',
      { host: 'tcp://host', tls: { ca: BODY.replace('s3', '\ns3') } },
      {},
    ],
    ['a key as tls.cert', { host: 'tcp://host', tls: { cert: PEM, key: PEM } }, {}],
    ['a key with a NUL', { host: 'tcp://host', tls: { ca: `s3cret\0` } }, {}],
    ['a key as DOCKER_CERT_PATH', {}, { DOCKER_HOST: 'tcp://host', DOCKER_CERT_PATH: PEM }],
    ['a bare key as DOCKER_CERT_PATH', {}, { DOCKER_HOST: 'tcp://host', DOCKER_CERT_PATH: BODY }],
    [
      'an address as DOCKER_CERT_PATH',
      {},
      { DOCKER_HOST: 'tcp://host', DOCKER_CERT_PATH: 'https://me:s3cret@host' },
    ],
    [
      'JSON as DOCKER_CONFIG',
      {},
      { DOCKER_CONFIG: '{"auths":{"r":{"auth":"s3cret"}}}', DOCKER_CONTEXT: 'far' },
    ],
    ['an address as DOCKER_CONTEXT', {}, { DOCKER_CONTEXT: 'tcp://me:s3cret@host' }],
    ['a key as DOCKER_API_VERSION', {}, { DOCKER_HOST: 'tcp://host', DOCKER_API_VERSION: BODY }],
    ['a login as DOCKER_HOST', {}, { DOCKER_HOST: 'us3r:s3cret' }],
  ])('%s', async (_, settings, env) => {
    const error = await rejectionOf(resolveEndpoint(settings, { DOCKER_CONFIG: config, ...env }));
    expect(error).toMatchObject({ code: expect.stringMatching(/^INVALID_/) });
    const all =
      inspect(error, { depth: 9, showHidden: true, maxStringLength: null }) + nameEndpoint(settings, env);
    for (const secret of ['s3cret', HALF.slice(4, 30), BODY.slice(0, 20), 'TUlHSEF'])
      expect(all).not.toContain(secret);
  });

  it.each([{ serverName: ['s3cret'] as never }, { serverName: { s3cret: 1 } as never }])(
    'in the option "tls": %j',
    (tls) => {
      const error = thrownBy(() => checkEndpointSettings({ tls }));
      expect(inspect(error)).not.toContain('s3cret');
    },
  );

  it.each([
    '/etc/docker/certs.d/engine.example.com/ca.pem',
    '/run/secrets/production/docker/engine/certificate',
    'C:\\Users\\Somebody\\.docker\\ca.pem',
    '/nix/store/x0kwjq9q5bzzx3c3k6lqm0g3iz8bfhnn-nss-cacert/ca-bundle.crt',
    '/home/me@corp.example/.docker/ca.pem',
    './ca.pem',
  ])('but a path is: %s', async (ca) => {
    const error = await rejectionOf(resolveEndpoint({ host: 'tcp://host', tls: { ca } }, {}));
    expect((error as Error).message).toContain(`tls.ca at "${ca}" (ENOENT)`);
    expect((error as Error).cause).toMatchObject({ code: 'ENOENT' });
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
  ])('is a fault that names %s', async (_, env, message) => {
    context('broken', 'ftp://me:s3cret@host');
    const error = await rejectionOf(shown({}, env));
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
  ])('is no silent wish where the host is another kind: %j', async (env) => {
    await expect(shown({ tls: {} }, env)).rejects.toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTING',
        message: expect.stringMatching(/^Invalid "tls": it needs/),
      }),
    );
  });

  it('goes before DOCKER_CERT_PATH, which then need not be there', async () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such/folder' };
    const { tls } = await resolveEndpoint({ host: 'tcp://host', tls: { serverName: 'engine' } }, env);
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
  ])('is asked for by %s, and fails without the files', async (_, env, message) => {
    for (const settings of [{ host: 'tcp://host' }, {}]) {
      const error = await rejectionOf(shown(settings, { DOCKER_HOST: 'tcp://host', ...env }));
      expect(error).toMatchObject({ code: 'INVALID_SETTING', message: expect.stringMatching(message) });
    }
  });

  it.each(['unix:///a.sock', 'ssh://host', 'http://host'])(
    'is none of %s, whatever the environment says',
    async (host) => {
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such/folder' };
      expect((await resolveEndpoint({ host }, env)).tls).toBeUndefined();
    },
  );

  it('is what https:// means by itself, and tcp:// does not', async () => {
    expect((await resolveEndpoint({ host: 'https://host' }, {})).tls).toEqual({ rejectUnauthorized: true });
    expect((await resolveEndpoint({ host: 'tcp://host' }, {})).tls).toBeUndefined();
  });

  it('is not dropped in silence where DOCKER_HOST is http:// beside DOCKER_TLS_VERIFY', async () => {
    await expect(shown({}, { DOCKER_HOST: 'http://host', DOCKER_TLS_VERIFY: '1' })).rejects.toThrow(
      /Invalid DOCKER_HOST: expected tcp:\/\/ or https:\/\/ beside DOCKER_TLS_VERIFY/,
    );
  });
});

describe('DOCKER_API_VERSION', () => {
  it('is taken as the Docker CLI takes it', async () => {
    const version = async (value: string) =>
      (await resolveEndpoint({ host: 'tcp://host' }, { DOCKER_API_VERSION: value })).apiVersion;
    expect(await Promise.all(['1.44', 'v1.44', ' 1.44 ', ''].map(version))).toEqual([
      '1.44',
      '1.44',
      '1.44',
      undefined,
    ]);
  });
});
