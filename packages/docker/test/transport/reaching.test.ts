import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@watcher/core';
import { FakeEngine } from '@watcher/testing/engine';
import Docker from 'dockerode';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineModem } from '../../src/transport/engine-modem.ts';
import { openEngine } from '../../src/transport/open-transport.ts';
import { eventually } from '../support/eventually.ts';
import { Attempts } from './support/attempts.ts';
import { RecordingServer } from './support/recording-server.ts';

afterEach(() => vi.unstubAllEnvs());

/** An engine as far as it takes for a stream to open: it never told of anything. */
const quiet = async (address?: string) =>
  RecordingServer.start(({ url = '' }, response) => {
    response.setHeader('Api-Version', '1.52');
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    if (url.includes('until=')) response.end();
  }, address);

describe('an address in the option is not redirected by the environment', () => {
  it.each<[string, (other: string) => Record<string, string>]>([
    ['DOCKER_HOST', (other) => ({ DOCKER_HOST: other })],
    [
      'DOCKER_HOST with TLS',
      (other) => ({ DOCKER_HOST: other, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere' }),
    ],
    ['a DOCKER_HOST that is none', () => ({ DOCKER_HOST: 'tcp://[' })],
    ['DOCKER_CONTEXT', () => ({ DOCKER_CONTEXT: 'missing' })],
    [
      'DOCKER_PATH_PREFIX and DOCKER_CLIENT_TIMEOUT',
      () => ({ DOCKER_PATH_PREFIX: '/x', DOCKER_CLIENT_TIMEOUT: '1' }),
    ],
  ])('of %s', async (_, environment) => {
    await using engine = await FakeEngine.start();
    await using other = await FakeEngine.start({ listen: 0 });
    for (const [name, value] of Object.entries(environment(other.host))) vi.stubEnv(name, value);
    await using attempts = new Attempts({ host: engine.host });
    await attempts.watch.stream.ready;
    await engine.start(await engine.create({ name: 'web' }));
    await eventually('the event', () => attempts.watch.lines.includes('started web'));
    expect(other.connections.accepted).toBe(0);
    expect(attempts.errors).toEqual([]);
  });

  it('nor is a TCP one', async () => {
    await using engine = await FakeEngine.start({ listen: 0 });
    await using other = await FakeEngine.start();
    vi.stubEnv('DOCKER_HOST', other.host);
    await using attempts = new Attempts({ host: engine.host });
    await attempts.watch.stream.ready;
    expect(other.connections.accepted).toBe(0);
  });
});

describe('an engine is found without any option', () => {
  it('by DOCKER_HOST', async () => {
    await using engine = await FakeEngine.start();
    vi.stubEnv('DOCKER_HOST', engine.host);
    await using attempts = new Attempts({});
    await attempts.watch.stream.ready;
  });

  it('by a DOCKER_HOST that is corrected only while it is watched for', async () => {
    await using engine = await FakeEngine.start();
    vi.stubEnv('DOCKER_HOST', `${engine.host}.not-there`);
    await using attempts = new Attempts({});
    await attempts.failed();
    expect(attempts.errors).toEqual([
      expect.stringMatching(/^UNREACHABLE: .*docker\.sock\.not-there \(ENOENT\)/),
    ]);
    vi.stubEnv('DOCKER_HOST', engine.host);
    await attempts.again();
    await attempts.watch.stream.ready;
  });
});

describe('a request goes', () => {
  it('below the path of the address, as for an engine behind a proxy', async () => {
    await using server = await quiet();
    await using attempts = new Attempts({ host: `${server.host}/far/away/` });
    await attempts.watch.stream.ready;
    for (const { url } of server.requests) expect(url).toMatch(/^\/far\/away\/v1\.52\/events\?/);
  });

  it('with the login of the address, of which nothing is said', async () => {
    await using server = await quiet();
    const host = server.host.replace('tcp://', 'http://us3r:s3cret%21@');
    await using attempts = new Attempts({ host, name: undefined });
    await attempts.watch.stream.ready;
    const expected = `Basic ${Buffer.from('us3r:s3cret!').toString('base64')}`;
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([expected]));
    expect(attempts.watch.stream.reload('rescan').source).toBe(server.host.replace('tcp', 'http'));
  });

  it('without a login where the address has none', async () => {
    await using server = await quiet();
    await using attempts = new Attempts({ host: server.host });
    await attempts.watch.stream.ready;
    for (const { headers } of server.requests) expect(headers).not.toHaveProperty('authorization');
  });

  it('to an IPv6 address', async () => {
    await using server = await quiet('::1');
    await using attempts = new Attempts({ host: server.host });
    await attempts.watch.stream.ready;
    expect(server.requests[0]?.headers.host).toBe(server.host.slice('tcp://'.length));
  });

  it('with the times as they are given, and nothing else', async () => {
    await using server = await quiet();
    const endpoint = { kind: 'tcp', shown: '', secure: false, path: '', login: undefined } as const;
    const { hostname, port } = new URL(server.host);
    const http = openEngine({ host: { ...endpoint, hostname, port: Number(port) } }, systemClock, 3000);
    const docker = new Docker({ modem: new EngineModem(http) } as object);
    await docker.getEvents({ since: '1.000000001', until: '2' } as object);
    expect(server.requests.map(({ url }) => url)).toEqual(['/v1.52/events?since=1.000000001&until=2']);
    await http.close();
  });
});

describe('what listens there and is no engine', () => {
  it('is not followed to where it redirects', async () => {
    await using other = await quiet();
    const location = other.host.replace('tcp', 'http');
    await using server = await RecordingServer.start((_, response) => {
      response.writeHead(302, { Location: `${location}/v1.52/events` }).end();
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.failed();
    expect(attempts.errors).toEqual([
      expect.stringMatching(/^REFUSED: .*302 Found\. A redirect is not followed/),
    ]);
    expect(other.requests).toEqual([]);
  });

  it('is told from one when it answers with a web page', async () => {
    await using server = await RecordingServer.start((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<html>Welcome</html>\n');
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^PROTOCOL: .* is a web page, and no engine/)]);
  });

  it('is told from one when it does not speak HTTP', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-OpenSSH_9.2\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await using attempts = new Attempts({ host: `tcp://127.0.0.1:${port}` });
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^PROTOCOL: .* does not speak HTTP \(HPE_/)]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is told from one when it does not speak TLS', async () => {
    await using server = await quiet();
    await using attempts = new Attempts({ host: server.host.replace('tcp', 'https') });
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^TLS: .* does not speak TLS\. Use http:\/\//)]);
  });

  it('is told from one when it is a folder in the place of a socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'docker.sock-'));
    await using attempts = new Attempts({ host: `unix://${folder}` });
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^UNREACHABLE: No engine answers at unix:/)]);
    rmSync(folder, { recursive: true });
  });
});

describe("a user's own dockerode", () => {
  it.each(['docker', 'podman-4.3'] as const)(
    'is watched %s through, and its refusals are understood',
    async (dialect) => {
      await using engine = await FakeEngine.start({ dialect });
      await engine.create({ name: 'before' });
      const client = new Docker({ socketPath: engine.host.slice('unix://'.length) });
      const forbidden = engine.faults.respond(403, '{"message":"no events for you"}');
      await using attempts = new Attempts({ client });
      await attempts.again();
      await attempts.failed();
      expect(attempts.errors).toEqual([
        expect.stringMatching(
          /^REFUSED: .* refused GET \/events: 403 Forbidden: no events for you\. .*EVENTS=1/,
        ),
      ]);
      await forbidden.clear();
      await attempts.again();
      await attempts.watch.stream.ready;
      await engine.start(await engine.create({ name: 'web' }));
      await eventually('the event', () => attempts.watch.lines.includes('started web'));
    },
  );
});
