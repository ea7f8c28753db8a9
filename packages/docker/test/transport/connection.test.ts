import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { ManualClock } from '@watcher/testing/clock';
import { FakeEngine } from '@watcher/testing/engine';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DockerWatcher } from '../../src/index.ts';
import { MAX_ANSWER } from '../../src/transport/engine-modem.ts';
import { eventually } from '../support/eventually.ts';
import { RecordingServer } from './support/recording-server.ts';

const TIMEOUT = 3000;

afterEach(() => vi.unstubAllEnvs());

describe('a connected dockerode', () => {
  let engine: FakeEngine;

  beforeEach(async () => {
    engine = await FakeEngine.start();
  });

  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
  });

  it('lists and inspects the containers of the engine that the watcher finds', async () => {
    vi.stubEnv('DOCKER_HOST', engine.host);
    const id = await engine.create({ name: 'web', labels: { tier: 'front' } });
    await using connection = await new DockerWatcher().connect();
    expect(connection.host).toBe(engine.host);
    expect(await connection.docker.listContainers()).toEqual([]);
    expect(await connection.docker.listContainers({ all: true })).toMatchObject([
      { Id: id, Names: ['/web'], Labels: { tier: 'front' } },
    ]);
    const filters = { label: ['tier=back'] };
    expect(await connection.docker.listContainers({ all: true, filters })).toEqual([]);
    expect(await connection.docker.getContainer('web').inspect()).toMatchObject({ Id: id, Name: '/web' });
    expect(await connection.docker.ping()).toEqual(Buffer.from('OK'));
    expect(await connection.docker.version()).toMatchObject({ ApiVersion: expect.any(String) });
  });

  it('is a real dockerode, with its callbacks', async () => {
    await using connection = await new DockerWatcher({ host: engine.host }).connect<Docker>();
    expect(connection.docker).toBeInstanceOf(Docker);
    const info = await new Promise((resolve, reject) =>
      connection.docker.info((error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer))),
    );
    expect(info).toMatchObject({ Name: 'fake-engine' });
    const refused = await new Promise((resolve) =>
      connection.docker.getContainer('none').inspect((error) => resolve(error)),
    );
    expect(refused).toMatchObject({ statusCode: 404 });
  });

  it('agrees on a version with an old engine', async () => {
    await using old = await FakeEngine.start({ dialect: 'podman-4.3' });
    await using connection = await new DockerWatcher({ host: old.host }).connect();
    expect(await connection.docker.listContainers()).toEqual([]);
  });

  it('brings events as a stream, which closing the connection ends', async () => {
    const connection = await new DockerWatcher({ host: engine.host }).connect();
    const body = (await connection.docker.getEvents()) as unknown as Readable;
    const ended = new Promise((resolve) => body.once('close', resolve));
    body.on('error', () => {}).resume();
    await connection.close();
    await ended;
    await eventually('its connection to be closed', () => engine.connections.open === 0);
    await expect(connection.docker.listContainers()).rejects.toMatchObject({
      code: 'ABORTED',
      message: `The connection to ${engine.host} is closed.`,
    });
  });

  it('is closed by its signal', async () => {
    const abort = new AbortController();
    const connection = await new DockerWatcher({ host: engine.host }).connect({ signal: abort.signal });
    const body = (await connection.docker.getEvents()) as unknown as Readable;
    const ended = new Promise((resolve) => body.once('close', resolve));
    body.on('error', () => {}).resume();
    abort.abort();
    await ended;
    await expect(connection.docker.ping()).rejects.toBe(abort.signal.reason);
    await expect(new DockerWatcher({ host: engine.host }).connect({ signal: abort.signal })).rejects.toBe(
      abort.signal.reason,
    );
  });

  it('gives a request up whose signal is aborted, with the reason, and goes on', async () => {
    const withheld = engine.faults.withholdHeaders();
    await using connection = await new DockerWatcher({ host: engine.host }).connect();
    const abort = new AbortController();
    const listed = connection.docker.listContainers({ abortSignal: abort.signal });
    await eventually('the request', () => withheld.hits === 1);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(listed).rejects.toBe(reason);
    await eventually('its connection to be closed', () => engine.connections.open === 0);
    await withheld.clear();
    expect(await connection.docker.listContainers()).toEqual([]);
  });

  it('leads to the engine of the open stream, though another context was chosen meanwhile', async () => {
    await using other = await FakeEngine.start();
    vi.stubEnv('DOCKER_HOST', engine.host);
    const watcher = new DockerWatcher();
    const stream = watcher.events();
    await stream.ready;
    vi.stubEnv('DOCKER_HOST', other.host);
    await using beside = await watcher.connect();
    expect(beside.host).toBe(engine.host);
    await stream.close();
    expect(await beside.docker.listContainers()).toEqual([]);
    await beside.close();
    await using after = await watcher.connect();
    expect(after.host).toBe(other.host);
  });

  it("is the user's own where there is one, and stays open", async () => {
    const client = new Docker({ socketPath: engine.host.slice('unix://'.length) });
    const connection = await new DockerWatcher({ client }).connect<Docker>();
    expect(connection.docker).toBe(client);
    await connection.close();
    expect(await connection.docker.listContainers()).toEqual([]);
  });

  it.each<[string, (docker: Docker) => Promise<unknown>]>([
    ['POST /containers/web/start', (docker) => docker.getContainer('web').start()],
    ['DELETE /containers/web', (docker) => docker.getContainer('web').remove()],
    ['POST /containers/create', (docker) => docker.createContainer({ Image: 'web' })],
    [
      'POST /containers/web/attach',
      (docker) => docker.getContainer('web').attach({ stream: true, hijack: true }),
    ],
    ['PUT /containers/web/archive', (docker) => docker.getContainer('web').putArchive('/x', { path: '/' })],
  ])('refuses %s, without a request', async (request, act) => {
    await engine.create({ name: 'web' });
    await using connection = await new DockerWatcher({ host: engine.host }).connect<Docker>();
    const accepted = engine.connections.accepted;
    await expect(act(connection.docker)).rejects.toMatchObject({
      code: 'READ_ONLY',
      retryable: false,
      message: expect.stringMatching(`^${request} was not sent: .* use a dockerode of your own`),
    });
    expect(engine.connections.accepted).toBe(accepted);
  });

  it('tells of a refusal with its code, and with what dockerode tells of it', async () => {
    await using connection = await new DockerWatcher({ host: engine.host }).connect();
    const missing = await connection.docker
      .getContainer('none')
      .inspect()
      .catch((error) => error);
    expect(missing).toMatchObject({
      name: 'WatcherError',
      code: 'REFUSED',
      statusCode: 404,
      reason: 'no such container',
      message: expect.stringMatching(
        /refused GET \/containers\/none\/json: 404 Not Found: No such container: none\.$/,
      ),
    });
    await engine.faults.respond(403, '{"message":"no lists"}');
    await expect(connection.docker.listContainers()).rejects.toMatchObject({
      code: 'REFUSED',
      statusCode: 403,
      json: { message: 'no lists' },
      message: expect.stringMatching(
        /refused GET \/containers\/json: 403 Forbidden: no lists\. .* CONTAINERS=1\.$/,
      ),
    });
  });

  it('tells of no answer as the watcher does', async () => {
    await using connection = await new DockerWatcher({ host: `${engine.host}.gone` }).connect();
    await expect(connection.docker.listContainers()).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/^No engine answers at unix:.*\(ENOENT\)/),
    });
  });

  it.each<[string, RequestListener]>([
    ['an empty body', (_, response) => response.writeHead(401).end()],
    [
      'a body that repeats it',
      ({ headers: { authorization = '' } }, response) => {
        const login = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
        const message = `denied: ${authorization}, ${login}, password ${login.split(':')[1]}`;
        response.writeHead(401).end(JSON.stringify({ message }));
      },
    ],
  ])('hides the login in an error for a refusal with %s', async (_, refuse) => {
    await using server = await RecordingServer.start(refuse);
    const host = server.host.replace('tcp://', 'http://us3r:s3cret@');
    await using connection = await new DockerWatcher({ host }).connect();
    const error = await connection.docker.listContainers().catch((error) => error);
    expect(error).toMatchObject({ code: 'REFUSED' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/us3r|s3cret|dXMzcjpzM2NyZXQ/);
    expect(inspect(connection, { depth: 20 })).not.toMatch(/us3r|s3cret|dXMzcjpzM2NyZXQ/);
  });
});

describe('the connections of requests', () => {
  const sockets = (server: RecordingServer) => new Set(server.requests.map(({ socket }) => socket)).size;
  const connect = ({ host }: RecordingServer) => new DockerWatcher({ host }).connect();

  it('are one for requests that follow each other, and closed with the connection', async () => {
    await using server = await RecordingServer.start(({ url = '' }, response) => {
      if (url.includes('/none/')) response.writeHead(404, { 'Content-Type': 'application/json' });
      response.end(url.includes('/none/') ? '{"message":"none"}' : '[]');
    });
    const connection = await connect(server);
    for (let i = 0; i < 5; i++) {
      await connection.docker.listContainers();
      await connection.docker.getContainer('web').inspect();
      await expect(connection.docker.getContainer('none').inspect()).rejects.toThrow('404');
    }
    expect(server.requests).toHaveLength(15);
    expect(sockets(server)).toBe(1);
    await connection.close();
    await vi.waitUntil(async () => (await server.connections()) === 0);
  });

  it('are kept up to eight at a time', async () => {
    const held: (() => void)[] = [];
    await using server = await RecordingServer.start((_, response) => held.push(() => response.end('[]')));
    await using connection = await connect(server);
    const answers = Array.from({ length: 20 }, () => connection.docker.listContainers());
    await eventually('all requests', () => held.length === 20);
    for (const answer of held) answer();
    await Promise.all(answers);
    await vi.waitUntil(async () => (await server.connections()) === 8);
  });

  it('are new for each stream, and not kept', async () => {
    await using server = await RecordingServer.start((_, response) => response.end('[]'));
    await using connection = await connect(server);
    await connection.docker.listContainers();
    for (let i = 0; i < 3; i++) await text((await connection.docker.getEvents()) as unknown as Readable);
    expect(sockets(server)).toBe(4);
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual([
      'keep-alive',
      ...Array(3).fill('close'),
    ]);
  });

  it('are new for a request that was sent as the engine closed the kept one', async () => {
    await using server = await RecordingServer.start(({ socket }, response) => {
      if (server.requests.length === 2) socket.destroy();
      else response.end(JSON.stringify([server.requests.length]));
    });
    await using connection = await connect(server);
    expect(await connection.docker.listContainers()).toEqual([1]);
    expect(await connection.docker.listContainers()).toEqual([3]);
    expect(sockets(server)).toBe(2);
  });

  it('are new for it once, and then its failure is an error', async () => {
    const held: (() => void)[] = [];
    await using server = await RecordingServer.start(({ socket }, response) => {
      if (server.requests.length > 8) socket.destroy();
      else held.push(() => response.end('[]'));
    });
    await using connection = await connect(server);
    const answers = Array.from({ length: 8 }, () => connection.docker.listContainers());
    await eventually('eight requests', () => held.length === 8);
    for (const answer of held) answer();
    await Promise.all(answers);
    await expect(connection.docker.listContainers()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(server.requests).toHaveLength(10);
  });

  it('are closed when they are idle for some seconds, while a silent request goes on', async () => {
    let answerSlow = () => {};
    await using server = await RecordingServer.start(({ url = '' }, response) => {
      if (url.includes('/slow/')) answerSlow = () => response.end('{}');
      else response.end('[]');
    });
    await using connection = await new DockerWatcher({ host: server.host, timeout: 60_000 }).connect();
    const slow = connection.docker.getContainer('slow').inspect();
    await eventually('the slow request', () => server.requests.length === 1);
    await connection.docker.listContainers();
    expect(await server.connections()).toBe(2);
    await vi.waitUntil(async () => (await server.connections()) === 1, 10_000);
    answerSlow();
    expect(await slow).toEqual({});
  });
});

describe('an answer', () => {
  /** Asks a server that answers like this. */
  async function connect(answer: RequestListener, clock = new ManualClock()) {
    const server = await RecordingServer.start(answer);
    const connection = await new DockerWatcher({
      host: server.host,
      clock,
      timeout: TIMEOUT,
    }).connect<Docker>();
    return {
      server,
      clock,
      docker: connection.docker,
      async [Symbol.asyncDispose]() {
        await connection.close();
        expect(clock.pending).toBe(0);
        await server[Symbol.asyncDispose]();
      },
    };
  }

  it.each<[string, RequestListener]>([
    ['whose headers do not come', () => {}],
    ['that does not end', (_, response) => response.writeHead(200).write('[')],
  ])('%s within the timeout is TIMEOUT', async (_, answer) => {
    await using scene = await connect(answer);
    const listed = scene.docker.listContainers();
    listed.catch(() => {});
    await eventually('the request', () => scene.server.requests.length === 1);
    await scene.clock.advance(TIMEOUT);
    await expect(listed).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(
        /^No answer to GET \/containers\/json from tcp:.* within 3000 ms\. .*raise "timeout"/,
      ),
    });
    await vi.waitUntil(async () => (await scene.server.connections()) === 0);
  });

  it('that is a stream has no timeout once its headers are there', async () => {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    await using scene = await connect(async (_, response) => {
      response.writeHead(200).flushHeaders();
      await late;
      response.end('late');
    });
    const logs = (await scene.docker.getContainer('web').logs({ follow: true })) as unknown as Readable;
    await scene.clock.advance(2 * TIMEOUT);
    resolve();
    expect(await text(logs)).toBe('late');
  });

  it('that is larger than is read as a whole is refused', async () => {
    await using scene = await connect((_, response) => {
      const pour = () => {
        while (response.write(Buffer.alloc(1024 * 1024, ' ')));
        response.once('drain', pour);
      };
      pour();
    });
    await expect(scene.docker.listContainers()).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringMatching(/answers GET \/containers\/json with more than 64 MiB\. Ask for less/),
    });
    expect(MAX_ANSWER).toBe(64 * 1024 * 1024);
  });

  it('that breaks off is CONNECTION_LOST', async () => {
    await using scene = await connect((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 }).write('[');
      setImmediate(() => response.destroy());
    });
    await expect(scene.docker.listContainers()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('that is broken JSON is PROTOCOL', async () => {
    await using scene = await connect((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('[{');
    });
    await expect(scene.docker.listContainers()).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('of logs is bytes, and as a stream is split into both outputs', async () => {
    const frame = (stream: number, content: string) => {
      const header = Buffer.alloc(8);
      header[0] = stream;
      header.writeUInt32BE(Buffer.byteLength(content), 4);
      return Buffer.concat([header, Buffer.from(content)]);
    };
    const output = Buffer.concat([frame(1, 'out 1\n'), frame(2, 'err\n'), frame(1, ''), frame(0, 'out 2\n')]);
    await using scene = await connect((_, response) => response.end(output));
    const container = scene.docker.getContainer('web');
    expect(await container.logs({ stdout: true, tail: 5 })).toEqual(output);
    expect(scene.server.requests[0]?.url).toMatch(/\/containers\/web\/logs\?stdout=true&tail=5$/);
    for (const size of [1, 3, 8, 1000]) {
      const stream = new PassThrough();
      const outputs = { out: '', err: '' };
      const sink = (name: 'out' | 'err') =>
        new PassThrough().on('data', (chunk) => {
          outputs[name] += chunk;
        });
      scene.docker.modem.demuxStream(stream, sink('out'), sink('err'));
      for (let at = 0; at < output.length; at += size) stream.write(output.subarray(at, at + size));
      stream.end();
      await once(stream, 'end');
      await eventually('all', () => outputs.out.length + outputs.err.length === 16);
      expect(outputs).toEqual({ out: 'out 1\nout 2\n', err: 'err\n' });
    }
  });

  it('of a container with a terminal is passed on as it is', async () => {
    const stream = new PassThrough();
    const stdout = new PassThrough();
    await using scene = await connect(() => {});
    scene.docker.modem.demuxStream(stream, stdout, new PassThrough());
    stream.write('$ l');
    stream.end('s\n');
    await once(stream, 'end');
    expect(String(stdout.read())).toBe('$ ls\n');
  });

  it('of statistics is one reading, or a stream of them', async () => {
    await using scene = await connect((_, response) => response.end('{"cpu_stats":{}}\n'));
    const container = scene.docker.getContainer('web');
    expect(await container.stats({ stream: false })).toEqual({ cpu_stats: {} });
    expect(scene.server.requests[0]?.url).toMatch(/\/containers\/web\/stats\?stream=false$/);
    expect(await text((await container.stats()) as unknown as Readable)).toBe('{"cpu_stats":{}}\n');
  });
});

describe('dockerode', () => {
  afterEach(() => {
    vi.doUnmock('dockerode');
    vi.resetModules();
  });

  it('carries the requests of a watch, and is loaded with its first connection, not before', async () => {
    let loads = 0;
    let asked = 0;
    vi.resetModules();
    vi.doMock('dockerode', async (original) => {
      loads++;
      const { default: Real } = await original<{ default: typeof Docker }>();
      class Observed extends Real {
        override getEvents(...given: unknown[]): Promise<NodeJS.ReadableStream> {
          asked++;
          return super.getEvents(...(given as []));
        }
      }
      return { default: Observed };
    });
    await using engine = await FakeEngine.start();
    const fresh = await import('../../src/index.ts');
    const watcher = new fresh.DockerWatcher({ host: engine.host });
    expect(loads).toBe(0);
    await using stream = watcher.events();
    await stream.ready;
    expect(loads).toBe(1);
    expect(asked).toBeGreaterThan(1);
  });

  it('that cannot be loaded fails the stream, with advice', async () => {
    vi.resetModules();
    vi.doMock('dockerode', () => {
      throw new Error("Cannot find package 'dockerode'");
    });
    const fresh = await import('../../src/index.ts');
    const watcher = new fresh.DockerWatcher({ host: 'unix:///nowhere' });
    const error = {
      code: 'INVALID_SETTING',
      retryable: false,
      message: expect.stringMatching(/^dockerode cannot be loaded: .*\. Install it.*"external".*"client"/),
    };
    const stream = watcher.events();
    await expect(stream.ready).rejects.toMatchObject(error);
    await expect(watcher.connect()).rejects.toMatchObject(error);
  });
});
