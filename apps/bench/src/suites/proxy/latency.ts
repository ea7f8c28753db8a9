import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { DockerWatcher, dockerFilter, dockerFilters } from '@watcher/docker';
import { DockerEngine } from '@watcher/testing/engine';
import { startDemo } from './demo.ts';

/** Milliseconds between two requests that ask whether the route is there. */
const POLL_INTERVAL_MS = 2;
const TIMEOUT_MS = 30_000;

/**
 * Measures, in milliseconds, from a `start` event's own time to the first 200 through the new route, on a real Docker
 * Engine. The container's upstream listens already, so this is the time of the watcher, the provider and the proxy.
 */
export async function startLatencies(times: number): Promise<number[]> {
  await using engine = await DockerEngine.start();
  await using upstream = await startUpstream('up');
  await using demo = await startDemo(['--host', engine.host]);
  await using stream = new DockerWatcher({ host: engine.host }).events({
    filters: dockerFilters(dockerFilter('type', 'container'), dockerFilter('event', 'start')),
  });
  await stream.ready;
  const events = stream[Symbol.asyncIterator]();
  const latencies: number[] = [];
  for (let i = 0; i < times; i++) {
    const name = `app${i}`;
    const labels = { 'proxy.*': `{scheme: http, host: 127.0.0.1, port: ${upstream.port}}` };
    await engine.start(await engine.create({ name, labels }));
    const answered = firstAnswer(demo.proxy, name, 'up');
    const { value: event } = await events.next();
    if (event) latencies.push((await answered) - event.time);
    await engine.remove(name);
  }
  return latencies;
}

/** Measures, in milliseconds, from a saved file to the first response of the upstream that it switches to. */
export async function saveLatencies(times: number): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-proxy-'));
  const file = join(folder, 'routes.yml');
  try {
    await using a = await startUpstream('a');
    await using b = await startUpstream('b');
    const save = (port: number) => writeFile(file, `app:\n  host: 127.0.0.1\n  port: ${port}\n`);
    await save(a.port);
    await using demo = await startDemo(['--embedded', '--routes', file]);
    await firstAnswer(demo.proxy, 'app', 'a');
    const latencies: number[] = [];
    for (let i = 0; i < times; i++) {
      const [next, answer] = i % 2 === 0 ? [b, 'b'] : [a, 'a'];
      await pause(300); // the settle time of the save before it is over
      await save(next.port);
      const saved = performance.timeOrigin + performance.now();
      latencies.push((await firstAnswer(demo.proxy, 'app', answer)) - saved);
    }
    return latencies;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Resolves with the time of the first 200 with this body, in milliseconds since the epoch. */
async function firstAnswer(proxy: URL, host: string, body: string): Promise<number> {
  for (const from = performance.now(); performance.now() - from < TIMEOUT_MS; await pause(POLL_INTERVAL_MS)) {
    const outgoing = request(proxy, { headers: { host } }).end();
    const [response] = await once(outgoing, 'response');
    const answer = await text(response);
    if (response.statusCode === 200 && answer === body) return performance.timeOrigin + performance.now();
  }
  throw new Error(`No answer of ${host} within ${TIMEOUT_MS} ms.`);
}

async function startUpstream(body: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
