import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DockerWatcher } from '@watcher/docker';
import { afterEach, describe, expect, it } from 'vitest';
import { listRunning, reachOf } from '../../src/engine/engine-client.ts';

const running = { Id: 'a', Names: ['/web'], State: 'running', Created: 1 };
const live = new AbortController().signal;

describe('the list of running containers', () => {
  let server: Server | undefined;

  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  async function serving(listener: RequestListener, timeout = 3000): Promise<DockerWatcher> {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    const { port } = started.address() as AddressInfo;
    return new DockerWatcher({ host: `tcp://127.0.0.1:${port}`, timeout });
  }

  it('comes with the way to reach the containers', async () => {
    const watcher = await serving((_, response) => response.end(JSON.stringify([running])));
    await expect(listRunning(watcher, live)).resolves.toMatchObject({
      containers: [{ name: 'web' }],
      reach: { publicHost: '127.0.0.1', private: true },
    });
  });

  it.each<[string, RequestListener]>([
    ['no headers', () => {}],
    [
      'headers, and no body',
      (_, response) => void response.writeHead(200, { 'content-length': '10' }).flushHeaders(),
    ],
  ])('is given up after the timeout: %s', async (_, listener) => {
    const watcher = await serving(listener, 50);
    await expect(listRunning(watcher, live)).rejects.toThrow(/within 50 ms/);
  });

  it('fails when the answer breaks off', async () => {
    const watcher = await serving((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('[', () => response.destroy());
    });
    await expect(listRunning(watcher, live)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('ends when its signal is aborted', async () => {
    const abort = new AbortController();
    const watcher = await serving(() => abort.abort(new Error('enough')), 60_000);
    await expect(listRunning(watcher, abort.signal)).rejects.toThrow('enough');
  });

  it('is refused by a server that is not an engine', async () => {
    const watcher = await serving((_, response) => response.writeHead(403).end('{"message":"Forbidden"}'));
    await expect(listRunning(watcher, live)).rejects.toThrow(/403.*Forbidden/);
  });
});

describe('the way to the containers of an engine', () => {
  const local = { publicHost: '127.0.0.1', private: true };

  it.each([
    ['unix:///run/d.sock', local],
    ['npipe:////./pipe/docker', local],
    ['tcp://localhost:1', local],
    ['tcp://127.0.0.2:1', local],
    ['tcp://[::1]:1', local],
    ['tcp://engine.lan', { publicHost: 'engine.lan', private: false }],
    ['https://10.0.0.1:99/path', { publicHost: '10.0.0.1', private: false }],
    ['tcp://[fd00::2]:1', { publicHost: 'fd00::2', private: false }],
    ['ssh://engine.lan:22', { publicHost: 'engine.lan', private: false }],
  ])('of %s', (host, reach) => {
    expect(reachOf(host)).toEqual(reach);
  });
});
