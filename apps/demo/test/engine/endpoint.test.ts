import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/config/settings.ts';
import { endpointOf } from '../../src/engine/endpoint.ts';

const local = { publicHost: '127.0.0.1', private: true };

describe('the endpoint of an engine', () => {
  it.each<[string, Record<string, string>, object, object]>([
    ['unix:///run/d.sock', {}, { socketPath: '/run/d.sock', host: undefined }, local],
    ['npipe:////./pipe/docker', {}, { socketPath: '//./pipe/docker' }, local],
    [
      'tcp://engine.lan',
      {},
      { protocol: 'http', host: 'engine.lan', port: 2375, socketPath: undefined },
      { publicHost: 'engine.lan', private: false },
    ],
    [
      'tcp://10.0.0.1:99',
      {},
      { protocol: 'http', host: '10.0.0.1', port: '99' },
      { publicHost: '10.0.0.1', private: false },
    ],
    [
      'http://h',
      { DOCKER_TLS_VERIFY: '1' },
      { protocol: 'http', port: 80 },
      { publicHost: 'h', private: false },
    ],
    ['https://h', {}, { protocol: 'https', port: 443 }, { publicHost: 'h', private: false }],
    ['tcp://localhost:1', {}, { host: 'localhost' }, local],
    ['tcp://127.0.0.2:1', {}, { host: '127.0.0.2' }, local],
    ['tcp://[::1]:1', {}, { host: '[::1]', port: '1' }, local],
    ['tcp://[fd00::2]:1', {}, { host: '[fd00::2]' }, { publicHost: 'fd00::2', private: false }],
  ])('%s with %j', (host, environment, options, reach) => {
    const endpoint = endpointOf(host, environment);
    expect(endpoint).toMatchObject({ host, reach });
    expect(endpoint.options).toMatchObject(options);
  });

  it.each([
    ['https://root:hunter2@engine.lan', '"https://engine.lan": expected no user and password in it'],
    ['tcp://root@engine.lan', '"tcp://engine.lan": expected no user and password in it'],
    ['ssh://root:hunter2@engine.lan', '"ssh://engine.lan": expected an engine at unix://'],
    ['root:hunter2@engine.lan', '"engine.lan": expected an engine at unix://'],
  ])('is not one with a login in it, and the login is not shown: %s', (host, message) => {
    expect(() => endpointOf(host, {})).toThrow(UsageError);
    expect(() => endpointOf(host, {})).toThrow(message);
  });

  it('may have an @ in the path of its socket', () => {
    expect(endpointOf('unix:///run/a@b.sock', {}).options).toMatchObject({ socketPath: '/run/a@b.sock' });
  });

  describe('with keys', () => {
    let directory: string;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'demo-keys-'));
      for (const name of ['ca', 'cert', 'key']) await writeFile(join(directory, `${name}.pem`), name);
    });

    afterEach(() => rm(directory, { recursive: true }));

    it.each<[string, (path: string) => Record<string, string>]>([
      ['DOCKER_CERT_PATH', (path) => ({ DOCKER_CERT_PATH: path })],
      ['DOCKER_CERT_PATH, verified', (path) => ({ DOCKER_CERT_PATH: path, DOCKER_TLS_VERIFY: '1' })],
      ["the Docker CLI's folder", (path) => ({ DOCKER_CONFIG: path, DOCKER_TLS_VERIFY: '1' })],
    ])('speaks TLS over tcp://, with those of %s', (_, environment) => {
      const { options } = endpointOf('tcp://h', environment(directory));
      expect(options).toMatchObject({ protocol: 'https', port: 2376, ca: 'ca', cert: 'cert', key: 'key' });
    });

    it('uses none where there is no TLS', () => {
      const environment = { DOCKER_CERT_PATH: directory };
      expect(endpointOf('unix:///s', environment).options).toMatchObject({
        protocol: 'http',
        key: undefined,
      });
      expect(endpointOf('http://h', environment).options).toMatchObject({ protocol: 'http', key: undefined });
    });

    it('says which cannot be read', async () => {
      await rm(join(directory, 'key.pem'));
      const read = () => endpointOf('tcp://h', { DOCKER_CERT_PATH: directory });
      expect(read).toThrow(/^DOCKER_CERT_PATH: cannot read key\.pem: ENOENT/);
    });
  });

  it.each(['', 'docker', '/var/run/docker.sock', 'unix://', 'ftp://h', 'ssh://h'])('refuses "%s"', (host) => {
    expect(() => endpointOf(host, {})).toThrow(UsageError);
  });
});
