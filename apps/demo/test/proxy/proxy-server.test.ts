import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProxyServer } from '../../src/proxy/proxy-server.ts';
import { RouteRegistry } from '../../src/routes/registry.ts';
import type { Route } from '../../src/routes/route.ts';
import { listeningLogger } from '../provider/support.ts';
import { route } from '../routes/support.ts';
import { startUpstream, type Upstream } from './upstream.ts';

let registry: RouteRegistry;
let proxy: ProxyServer;
let port: number;
const upstreams: Upstream[] = [];

beforeEach(async () => {
  registry = new RouteRegistry(['test']);
  proxy = new ProxyServer({ registry, logger: listeningLogger().logger });
  ({ port } = await proxy.listen({ host: '127.0.0.1', port: 0 }));
});

afterEach(async () => {
  await proxy.close(0);
  for (const upstream of upstreams.splice(0)) await upstream.close();
});

async function upstream(...args: Parameters<typeof startUpstream>): Promise<Upstream> {
  const started = await startUpstream(...args);
  upstreams.push(started);
  return started;
}

const saying = (text: string) => upstream((_, response) => response.end(text));
const to = ({ port }: { port: number }, more: Partial<Route> = {}) =>
  route('app', { host: '127.0.0.1', port, ...more });

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}

async function get(
  host: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string } = {},
): Promise<Answer> {
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    method,
    agent: false,
    headers: { host, ...headers },
  });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode, body: await text(response), headers: response.headers };
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const one = await startUpstream(() => {});
  await one.close();
  return one.port;
}

describe('a request', () => {
  it('reaches the upstream of the route that its Host names', async () => {
    registry.apply('test', [to(await saying('hello'))]);
    expect(await get('app.localhost')).toMatchObject({ status: 200, body: 'hello' });
  });

  it('keeps its Host, method, path and body, and names the client', async () => {
    const app = await upstream(async (request, response) => {
      response.end(`${request.method} ${request.url} ${await text(request)}`);
    });
    registry.apply('test', [to(app)]);
    const headers = { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' };
    const answer = await get('app.localhost:1234', { method: 'POST', body: 'data', headers });
    expect(answer.body).toBe('POST / data');
    expect(app.requests[0]?.headers).toMatchObject({
      host: 'app.localhost:1234',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'app.localhost:1234',
      'x-forwarded-proto': 'http',
    });
    expect(app.requests[0]?.headers.forwarded).toBeUndefined();
  });

  it('goes to the new upstream after an update, and the running one finishes at the old', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    const old = await upstream(async (_, response) => {
      response.write('begun ');
      await finish;
      response.end('finished');
    });
    registry.apply('test', [to(old)]);
    const running = get('app');
    await expect.poll(() => old.requests.length).toBe(1);
    registry.apply('test', [to(await saying('new'))]);
    expect((await get('app')).body).toBe('new');
    registry.apply('test', []);
    expect((await get('app')).status).toBe(404);
    resolve();
    expect(await running).toMatchObject({ status: 200, body: 'begun finished' });
  });

  it('waits for a container that does not listen yet', async () => {
    const later = await freePort();
    registry.apply('test', [to({ port: later })]);
    const early = get('app');
    await expect.poll(() => proxy.stats.waiting).toBe(1);
    await upstream((_, response) => response.end('up'), later);
    expect(await early).toMatchObject({ status: 200, body: 'up' });
  });

  it('goes to the container that replaces one that is gone', async () => {
    registry.apply('test', [to({ port: await freePort() })]);
    const early = get('app');
    await expect.poll(() => proxy.stats.waiting).toBe(1);
    registry.apply('test', [to(await saying('replaced'))]);
    expect(await early).toMatchObject({ status: 200, body: 'replaced' });
  });

  it('goes again where a connection that was kept open is closed under it', async () => {
    const app = await upstream((request, response) => {
      if (app.requests.length === 2) request.socket.destroy();
      else response.end('hello');
    });
    registry.apply('test', [to(app)]);
    await get('app');
    expect((await get('app')).body).toBe('hello');
    expect(app.requests).toHaveLength(3);
  });

  it('that may change something is sent once', async () => {
    const app = await upstream((request) => request.socket.destroy());
    registry.apply('test', [to(app)]);
    expect((await get('app', { method: 'POST', body: 'pay' })).status).toBe(502);
    expect(app.requests).toHaveLength(1);
  });

  it('is cut where the upstream breaks off in the middle of its response', async () => {
    const app = await upstream((request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => request.socket.destroy());
    });
    registry.apply('test', [to(app)]);
    await expect(get('app')).rejects.toThrow();
    expect(app.requests).toHaveLength(1);
  });

  it('does not go round in a circle', async () => {
    registry.apply('test', [to({ port })]);
    expect(await get('app')).toMatchObject({ status: 508 });
  });

  it('waits for a container to be healthy', async () => {
    const app = await saying('hello');
    registry.apply('test', [to(app, { health: 'starting' })]);
    expect(await get('app', { method: 'POST' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
    const early = get('app');
    await expect.poll(() => proxy.stats.waiting).toBe(1);
    expect(app.requests).toEqual([]);
    registry.apply('test', [to(app, { health: 'healthy' })]);
    expect((await early).body).toBe('hello');
  });
});

describe('a steady load', () => {
  it('has no failed request while containers are replaced', async () => {
    let running = await saying('v0');
    registry.apply('test', [to(running)]);
    let isOver = false;
    const seen = new Map<string, number>();
    const client = async () => {
      while (!isOver) {
        const { status, body } = await get('app');
        seen.set(`${status} ${body}`, (seen.get(`${status} ${body}`) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 10 }, client);
    for (let version = 1; version <= 5; version++) {
      const [old, now] = [running, `200 v${version}`];
      await old.close(); // the old one is gone before the new one is known
      running = await saying(`v${version}`);
      registry.apply('test', [to(running)]);
      await expect.poll(() => seen.has(now)).toBe(true);
    }
    isOver = true;
    await Promise.all(clients);
    expect([...seen.keys()].filter((answer) => !answer.startsWith('200 '))).toEqual([]);
    expect(proxy.stats).toMatchObject({ active: 0, waiting: 0, failed: 0 });
  });
});

describe('a WebSocket', () => {
  it('is joined with the upstream, and stays when the route goes', async () => {
    registry.apply('test', [to(await saying(''))]);
    // The client of Node takes its Host from the URL.
    registry.apply('test', [{ ...to(upstreams[0] as Upstream), alias: '127' }]);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    const messages: string[] = [];
    socket.addEventListener('message', ({ data }) => messages.push(data));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    expect(proxy.stats.active).toBe(1);
    registry.apply('test', []);
    socket.send('echo');
    await expect.poll(() => messages).toEqual(['echo']);
    socket.close();
    await expect.poll(() => proxy.stats.active).toBe(0);
  });

  it('is refused where there is no route', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await new Promise((resolve) => socket.addEventListener('error', resolve));
    expect(proxy.stats.active).toBe(0);
  });
});

describe('a request without a route', () => {
  beforeEach(() =>
    registry.apply('test', [route('app'), route('nas.example.com'), route('ssh', { scheme: 'tcp' })]),
  );

  it('gets the list of routes, as text', async () => {
    const { status, body } = await get('nope.localhost');
    expect(status).toBe(404);
    expect(body).toContain('No route is called "nope.localhost".');
    expect(body).toContain(`http://app.localhost:${port}/`);
    expect(body).toContain(`http://nas.example.com:${port}/`);
    expect(body).not.toContain('ssh');
  });

  it('gets it as a page in a browser, with nothing in it that the client wrote as HTML', async () => {
    const { status, body, headers } = await get('<b>x</b>', { headers: { accept: 'text/html' } });
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(body).toContain(`<a href="http://app.localhost:${port}/">app</a>`);
  });

  it('gets 501 where the proxy does not speak the scheme', async () => {
    expect(await get('ssh')).toMatchObject({ status: 501, body: expect.stringContaining('tcp') });
  });
});

describe('the end of the proxy', () => {
  it('waits for running requests, and no longer than it may', async () => {
    registry.apply('test', [to(await upstream(() => {}))]);
    const hanging = expect(get('app')).rejects.toThrow();
    await expect.poll(() => proxy.stats.active).toBe(1);
    await proxy.close(50);
    await hanging;
  });
});
