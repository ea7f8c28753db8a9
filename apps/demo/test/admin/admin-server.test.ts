import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../../src/admin/admin-server.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { RouteRegistry } from '../../src/routes/registry.ts';
import { route } from '../routes/support.ts';

let registry: RouteRegistry;
let monitor: Monitor;
let admin: AdminServer;
let port: number;

beforeEach(async () => {
  registry = new RouteRegistry(['docker']);
  monitor = new Monitor(registry);
  const stats = { requests: 0, active: 0, waiting: 0, failed: 0 };
  admin = new AdminServer({ registry, monitor, proxy: { port: 8880, stats } }, 'http://127.0.0.1:8880/');
  ({ port } = await admin.listen({ host: '127.0.0.1', port: 0 }));
});

afterEach(() => admin.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const outgoing = request({ port, host: '127.0.0.1', path, headers, agent: false }).end();
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** The updates as a browser gets them, parsed. */
async function* updates(): AsyncGenerator<Record<string, string>> {
  const response = await fetch(`http://127.0.0.1:${port}/updates`);
  let waiting = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    waiting += chunk;
    const messages = waiting.split('\n\n');
    waiting = messages.pop() ?? '';
    for (const message of messages) yield JSON.parse(message.replace(/^data: /, ''));
  }
}

describe('the page', () => {
  it('has the whole table without its script', async () => {
    monitor.source('docker', 'unix:///var/run/docker.sock').entered('current');
    registry.apply('docker', [
      route('app', { host: '10.0.0.2', origin: 'container web', health: 'unhealthy' }),
    ]);
    const { status, body } = await get('/');
    expect(status).toBe(200);
    for (const part of [
      'app',
      'http://10.0.0.2:80',
      'container web',
      'unhealthy',
      'up to date',
      'unix:///var/run/docker.sock',
    ])
      expect(body).toContain(part);
    expect(body).toContain('href="http://app.localhost:8880/"');
  });

  it('shows text of others as text', async () => {
    monitor.source('docker', '<script>1</script>').failed('<img src=x onerror=1>');
    registry.apply('docker', [route('app', { origin: 'container <b>"x"' })]);
    const { body } = await get('/');
    expect(body).not.toMatch(/<script>1|<img|<b>/);
    expect(body).toContain('&lt;img src=x onerror=1&gt;');
  });

  it('shows at most 500 routes, and counts the others', async () => {
    registry.apply(
      'docker',
      Array.from({ length: 1000 }, (_, i) => route(`app${i}`)),
    );
    const { body } = await get('/');
    expect(body.split('<tr ')).toHaveLength(502);
    expect(body).toContain('and 500 more');
  });

  it('allows only scripts and styles of this server', async () => {
    const { headers, body } = await get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    const linked = [...body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, url]) => url);
    expect(linked).toEqual(['data:,', '/page.css', '/page.js', 'http://127.0.0.1:8880/']);
    for (const path of ['/page.css', '/page.js', '/idiomorph.js']) expect((await get(path)).status).toBe(200);
  });
});

describe('a request that a foreign page may have made', () => {
  it.each([
    ['the name of another site that leads here', { host: 'evil.example' }],
    ['such a name with a port', { host: 'evil.example:8881' }],
    ['a name that begins like this machine', { host: '127.0.0.1.evil.example' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['the origin of another port', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
  ])('is refused: %s', async (_, headers) => {
    for (const path of ['/', '/updates', '/page.js']) expect((await get(path, headers)).status).toBe(403);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])('is accepted with the host %s', async (name) => {
    const host = `${name}:${port}`;
    expect((await get('/', { host })).status).toBe(200);
    expect((await get('/', { host, origin: `http://${host}` })).status).toBe(200);
  });
});

describe('the updates', () => {
  it('have everything at first, and then what changed', async () => {
    const reader = updates();
    expect(Object.keys((await reader.next()).value ?? {})).toEqual([
      'summary',
      'sources',
      'routes',
      'timeline',
    ]);
    registry.apply('docker', [route('app')]);
    const { value } = await reader.next();
    expect(Object.keys(value ?? {})).toEqual(['summary', 'routes', 'timeline']);
    expect(value?.['routes']).toContain('app');
    await reader.return(undefined);
  });

  it('end with the server', async () => {
    const reader = updates();
    await reader.next();
    await admin.close();
    await expect(reader.next().catch(() => ({ done: true }))).resolves.toMatchObject({ done: true });
  });

  it('are for at most 32 pages', async () => {
    const readers = Array.from({ length: 32 }, () => updates());
    await Promise.all(readers.map((reader) => reader.next()));
    expect((await get('/updates')).status).toBe(503);
    await readers[0]?.return(undefined);
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/updates`)).status).toBe(200);
    await Promise.all(readers.map((reader) => reader.return(undefined)));
  });
});
