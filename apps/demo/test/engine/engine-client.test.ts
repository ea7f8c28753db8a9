import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { endpointOf } from '../../src/engine/endpoint.ts';
import { EngineClient } from '../../src/engine/engine-client.ts';

const running = { Id: 'a', Names: ['/web'], State: 'running', Created: 1 };

describe('a request to an engine', () => {
  let server: Server | undefined;

  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  async function serving(listener: RequestListener, timeout?: number): Promise<EngineClient> {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    const { port } = started.address() as AddressInfo;
    return new EngineClient(endpointOf(`tcp://127.0.0.1:${port}`, {}), timeout);
  }

  const live = new AbortController().signal;

  it('brings the containers', async () => {
    const client = await serving((_, response) => response.end(JSON.stringify([running])));
    await expect(client.runningContainers(live)).resolves.toMatchObject({ containers: [{ name: 'web' }] });
  });

  it.each<[string, RequestListener]>([
    ['no headers', () => {}],
    [
      'headers, and no body',
      (_, response) => void response.writeHead(200, { 'content-length': '10' }).flushHeaders(),
    ],
  ])('is given up after its timeout: %s', async (_, listener) => {
    const client = await serving(listener, 50);
    await expect(client.runningContainers(live)).rejects.toThrow('no answer within 50 ms');
    await expect(client.ping(live)).rejects.toThrow('no answer within 50 ms');
  });

  it('does not wait for an answer that breaks off longer than its timeout', async () => {
    const client = await serving((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('[', () => response.destroy());
    }, 50);
    await expect(client.runningContainers(live)).rejects.toThrow();
  });

  it('ends at once when its signal is aborted', async () => {
    const abort = new AbortController();
    const client = await serving(() => abort.abort(new Error('enough')), 60_000);
    await expect(client.runningContainers(abort.signal)).rejects.toThrow('enough');
    await expect(client.ping(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('is refused by what is no engine', async () => {
    const client = await serving((_, response) => response.writeHead(403).end('{"message":"Forbidden"}'));
    await expect(client.ping(live)).rejects.toThrow(/403.*Forbidden/);
    await expect(client.runningContainers(live)).rejects.toThrow(/403.*Forbidden/);
  });
});
