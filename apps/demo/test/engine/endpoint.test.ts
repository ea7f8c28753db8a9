import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
      'tcp://h',
      { DOCKER_TLS_VERIFY: '1' },
      { protocol: 'https', host: 'h', port: 2376 },
      { publicHost: 'h', private: false },
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

  it('brings the keys of DOCKER_CERT_PATH, and only where they are used', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'demo-keys-'));
    try {
      for (const name of ['ca', 'cert', 'key']) await writeFile(join(directory, `${name}.pem`), name);
      const environment = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory };
      expect(endpointOf('tcp://h', environment).options).toMatchObject({
        ca: 'ca',
        cert: 'cert',
        key: 'key',
      });
      expect(endpointOf('unix:///s', environment).options).toMatchObject({ ca: undefined, protocol: 'http' });
      await rm(join(directory, 'key.pem'));
      expect(() => endpointOf('tcp://h', environment)).toThrow(
        /^DOCKER_CERT_PATH: cannot read key\.pem: ENOENT/,
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each(['', 'docker', '/var/run/docker.sock', 'unix://', 'ftp://h', 'ssh://h'])('refuses "%s"', (host) => {
    expect(() => endpointOf(host, {})).toThrow(UsageError);
  });
});
