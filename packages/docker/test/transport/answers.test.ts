import { createServer, type Socket } from 'node:net';
import type { Transform, Writable } from 'node:stream';
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import { ManualClock } from '@watcher/testing/clock';
import Docker from 'dockerode';
import { describe, expect, it, vi } from 'vitest';
import { DockerWatcher } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { Recorder } from '../support/recorder.ts';
import { Attempts } from './support/attempts.ts';
import { RecordingServer } from './support/recording-server.ts';

const TIMEOUT = 3000;

/** Answers with raw bytes, since no HTTP server would send these. */
class RawServer implements AsyncDisposable {
  readonly host: string;
  readonly requests: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #close: () => Promise<unknown>;

  static async start(answer: (socket: Socket, path: string) => void): Promise<RawServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const raw = new RawServer(
      `tcp://127.0.0.1:${port}`,
      () => new Promise((resolve) => server.close(resolve)),
    );
    server.on('connection', (socket) => {
      raw.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => raw.#sockets.delete(socket));
      socket.once('data', (request) => {
        const [, path = ''] = /^GET (\S+)/.exec(String(request)) ?? [];
        raw.requests.push(path);
        answer(socket, path);
      });
    });
    return raw;
  }

  private constructor(host: string, close: () => Promise<unknown>) {
    this.host = host;
    this.#close = close;
  }

  get open(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#close();
  }
}

/** Writes until the other side goes away. */
const pour = (socket: Socket, text: string) => {
  const write = () => {
    while (!socket.destroyed && socket.write(text));
    if (!socket.destroyed) socket.once('drain', () => setImmediate(write));
  };
  write();
};

describe('an answer that is not one', () => {
  it.each<[string, (socket: Socket) => void, RegExp]>([
    [
      '101 with an upgrade',
      (socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
      /^REFUSED: .* refused GET \/events: 101 Switching Protocols\. It switches to another protocol/,
    ],
    [
      '101 without an upgrade',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
      /^REFUSED: .*101 Switching Protocols/,
    ],
    [
      'interim answers without end',
      (socket) => pour(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
      /^PROTOCOL: .*1xx/,
    ],
    ['204', (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'), /^REFUSED: .*204 No Content/],
    ['205', (socket) => socket.end('HTTP/1.1 205 Reset Content\r\n\r\n'), /^REFUSED: .*205 Reset Content/],
    [
      '206',
      (socket) => socket.end('HTTP/1.1 206 Partial Content\r\n\r\n'),
      /^REFUSED: .*206 Partial Content/,
    ],
    ['304', (socket) => socket.write('HTTP/1.1 304 Not Modified\r\n\r\n'), /^REFUSED: .*304 Not Modified/],
    ['an end without an answer', (socket) => socket.end(), /^CONNECTION_LOST: /],
    ['a reset', (socket) => socket.resetAndDestroy(), /^CONNECTION_LOST: /],
    [
      'half of the headers, and an end',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nDat'),
      /^(CONNECTION_LOST|PROTOCOL): /,
    ],
    [
      'headers without end',
      (socket) => pour(socket, 'HTTP/1.1 200 OK\r\n'.concat('X: x\r\n'.repeat(9999))),
      /^PROTOCOL: /,
    ],
    ['no HTTP', (socket) => socket.end('-ERR unknown command\r\n'), /^PROTOCOL: .*does not speak HTTP/],
    [
      'two lengths',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
      /^PROTOCOL: /,
    ],
    [
      'a length and chunks',
      (socket) =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
      /^PROTOCOL: /,
    ],
    [
      'an unknown coding of the transfer',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: secret, chunked\r\n\r\n'),
      /^PROTOCOL: .*"secret".*"identity"/,
    ],
    [
      'an unknown coding of the content',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: secret\r\n\r\n'),
      /^PROTOCOL: .*"secret".*"identity" was asked for\. Turn compression off/,
    ],
    [
      'a length that is longer than the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}'),
      /^CONNECTION_LOST: /,
    ],
  ])('such as %s is an error, is retried, and is left behind', async (_, answer, message) => {
    await using server = await RawServer.start(answer);
    const attempts = new Attempts({ host: server.host });
    await attempts.again();
    await attempts.failed();
    expect(server.requests).toHaveLength(2);
    expect(attempts.errors).toEqual([expect.stringMatching(message)]);
    await attempts.watch.stream.close();
    await eventually('its connections to be closed', () => server.open === 0);
    expect(attempts.clock.pending).toBe(0);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['100 and no more', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
    ['half of the headers and no more', (socket) => socket.write('HTTP/1.1 200 OK\r\nDate: ')],
    ['headers and no end of a bounded answer', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')],
  ])('such as %s is TIMEOUT, is retried, and is left behind', async (_, answer) => {
    await using server = await RawServer.start(answer);
    const attempts = new Attempts({ host: server.host });
    for (let attempt = 1; attempt <= 2; attempt++) {
      await eventually('the request', () => server.requests.length === attempt);
      await eventually('the wait', () => attempts.clock.delays.includes(TIMEOUT));
      await attempts.clock.advance(TIMEOUT);
      await attempts.failed();
      if (attempt === 1) await attempts.again();
    }
    expect(attempts.errors).toEqual([expect.stringMatching(/^TIMEOUT: No /)]);
    await attempts.watch.stream.close();
    await eventually('its connections to be closed', () => server.open === 0);
  });

  it('is given up when the watch is, however far it has come', async () => {
    for (const begun of ['', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 O', 'HTTP/1.1 200 OK\r\n\r\n{']) {
      await using server = await RawServer.start((socket) => socket.write(begun));
      const attempts = new Attempts({ host: server.host });
      await eventually('the request', () => server.requests.length === 1);
      await attempts.watch.stream.close();
      await eventually('its connections to be closed', () => server.open === 0);
      expect(attempts.clock.pending).toBe(0);
    }
  });

  it('of a plain dockerode ends, too, in time', async () => {
    await using server = await RawServer.start((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n');
    });
    const { hostname, port } = new URL(server.host);
    const client = new Docker({ host: hostname, port: Number(port), protocol: 'http' });
    const attempts = new Attempts({ client });
    await eventually('the wait', () => attempts.clock.delays.includes(TIMEOUT));
    await attempts.clock.advance(TIMEOUT);
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^TIMEOUT: /)]);
    await attempts.watch.stream.close();
  });
});

describe('an unusual answer', () => {
  const START = `${JSON.stringify({
    Type: 'container',
    Action: 'start',
    Actor: { ID: 'a'.repeat(64), Attributes: { name: 'web' } },
    time: 1_795_406_591,
    timeNano: 1_795_406_591_000_000_000,
  })}\n`;

  it.each<[string, string, (line: string) => string]>([
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n', (line) => line],
    ['with an explicit identity', 'HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\n', (line) => line],
    [
      'with repeated headers',
      'HTTP/1.1 200 OK\r\nDate: x\r\nDate: y\r\nApi-Version: 1.41\r\nApi-Version: 1.41\r\n\r\n',
      (line) => line,
    ],
    [
      'with one interim answer before it, and chunks with extensions',
      'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      (line) => `${Buffer.byteLength(line).toString(16)};x=y\r\n${line}\r\n`,
    ],
  ])('%s is read as any other', async (_, headers, framed) => {
    await using server = await RawServer.start((socket, path) => {
      socket.write(headers);
      if (path.includes('until=')) socket.end(headers.includes('chunked') ? '0\r\nTrailer: t\r\n\r\n' : '');
      else socket.write(framed(START));
    });
    const clock = new ManualClock();
    await using watch = new Recorder(new DockerWatcher({ host: server.host, clock }).events());
    await eventually('the event', () => watch.lines.includes('started web'));
    expect(watch.errors.filter(({ message }) => !message.includes('"Date"'))).toEqual([]);
  });

  const encoders: readonly [string, () => Transform][] = [
    ['gzip', createGzip],
    ['x-gzip', createGzip],
    ['GZIP', createGzip],
    ['deflate', createDeflate],
    ['br', createBrotliCompress],
    ['zstd', createZstdCompress],
  ];

  it.each(encoders)(
    'in the coding %s is decoded, line by line, though none was asked for',
    async (coding, encoder) => {
      await using server = await RecordingServer.start(({ url = '' }, response) => {
        response.writeHead(200, { 'Content-Encoding': coding, Date: new Date().toUTCString() });
        const encode = encoder();
        encode.pipe(response);
        if (url.includes('until=')) encode.end();
        else {
          encode.write(START);
          (encode as unknown as { flush(): void }).flush();
        }
      });
      const clock = new ManualClock();
      await using watch = new Recorder(new DockerWatcher({ host: server.host, clock }).events());
      await eventually('the event', () => watch.lines.includes('started web'));
      expect(watch.errors).toEqual([]);
      expect(new Set(server.requests.map(({ headers }) => headers['accept-encoding']))).toEqual(
        new Set(['identity']),
      );
    },
  );

  it('that is compressed and refuses is told as what it says', async () => {
    await using server = await RecordingServer.start((_, response) => {
      response.writeHead(403, { 'Content-Encoding': 'gzip' });
      createGzip().end('{"message":"no"}').pipe(response);
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^REFUSED: .*403 Forbidden: no\./)]);
  });

  it('that says it is compressed and is not ends the stream, and is retried', async () => {
    await using server = await RecordingServer.start((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).write('{"plain":1}\n');
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^(PROTOCOL|CONNECTION_LOST): /)]);
  });
});

describe('a version that is too new', () => {
  it('is agreed on where a proxy removed the header that names the newest', async () => {
    await using server = await RecordingServer.start(({ url = '' }, response) => {
      if (url.startsWith('/v1.52/')) {
        const message = 'client version 1.52 is too new. Maximum supported API version is 1.41';
        response.writeHead(400).end(JSON.stringify({ message }));
        return;
      }
      response.writeHead(200).flushHeaders();
      if (url.includes('until=')) response.end();
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.watch.stream.ready;
    expect(server.requests[1]?.url).toMatch(/^\/v1\.41\/events/);
  });
});

describe('headers that a proxy holds back until the first byte', () => {
  /** A quiet engine behind such a proxy. The stream is answered once something happens. */
  async function start() {
    const streams: Writable[] = [];
    const server = await RecordingServer.start(({ url = '' }, response) => {
      response.setHeader('Date', new Date().toUTCString());
      if (url.includes('until=')) response.writeHead(200).end();
      else streams.push(response);
    });
    return { server, streams };
  }

  /** Waits until half of the time has passed, the question is answered, and all of it has passed. */
  async function pass(clock: ManualClock, server: RecordingServer) {
    await eventually('the stream', () => clock.delays.includes(TIMEOUT / 2));
    const asked = server.requests.length;
    await clock.advance(TIMEOUT / 2);
    await eventually('the question', () => server.requests.length > asked);
    await vi.waitUntil(async () => (await server.connections()) === 1);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(TIMEOUT / 2);
  }

  it('do not keep the watch from being ready, and events come', async () => {
    const { server, streams } = await start();
    await using _ = server;
    await using attempts = new Attempts({ host: server.host });
    await pass(attempts.clock, server);
    await attempts.watch.stream.ready;
    expect(attempts.errors).toEqual([]);
    const time = Math.floor(Date.now() / 1000);
    streams[0]?.write(
      `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: 'a', Attributes: { name: 'web' } }, time, timeNano: time * 1e9 })}\n`,
    );
    await eventually('the event', () => attempts.watch.lines.includes('started web'));
  });

  it('leave nothing behind when the watch is closed', async () => {
    const { server } = await start();
    await using _ = server;
    const attempts = new Attempts({ host: server.host });
    await pass(attempts.clock, server);
    await attempts.watch.stream.ready;
    await attempts.watch.stream.close();
    expect(attempts.clock.pending).toBe(0);
    await vi.waitUntil(async () => (await server.connections()) === 0);
  });
});
