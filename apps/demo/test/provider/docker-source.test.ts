import { FakeEngine } from '@watcher/testing/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerSource } from '../../src/provider/docker-source.ts';
import { RouteProvider } from '../../src/provider/route-provider.ts';
import { type Route, target } from '../../src/routes/route.ts';
import { listeningLogger } from './support.ts';

const local = { 'proxy.*.host': '127.0.0.1' }; // the containers of a fake engine have no address
const app = { 'proxy.aliases': 'app', 'proxy.app.port': '8080' };
const soon = { timeout: 15_000 };

let engine: FakeEngine;
let abort: AbortController;
let running: Promise<void>;
let lines: string[];
let routes: string[] | undefined;

beforeEach(async () => {
  engine = await FakeEngine.start();
  abort = new AbortController();
  routes = undefined;
  const listening = listeningLogger();
  lines = listening.lines;
  const source = dockerSource({
    name: 'docker',
    host: engine.host,
    place: engine.host,
    logger: listening.logger,
  });
  const apply = (listed: readonly Route[]) => {
    routes = listed.map((route) => `${route.alias} ${target(route)}`);
  };
  running = new RouteProvider({ source, apply, logger: listening.logger }).run(abort.signal);
  await expect.poll(() => routes, soon).toEqual([]);
});

afterEach(async () => {
  abort.abort();
  await running;
  await engine[Symbol.asyncDispose]();
});

async function started(name: string, labels: Record<string, string>): Promise<string> {
  const id = await engine.create({ name, labels: { ...local, ...labels } });
  await engine.start(id);
  return id;
}

describe('a provider of an engine', () => {
  it('follows a container as it starts, is paused, goes on, is renamed, stops and is removed', async () => {
    const id = await started('web', { 'proxy.*.port': '80' });
    await expect.poll(() => routes, soon).toEqual(['web http://127.0.0.1:80']);
    await engine.pause(id);
    await expect.poll(() => routes, soon).toEqual([]);
    await engine.unpause(id);
    await expect.poll(() => routes, soon).toEqual(['web http://127.0.0.1:80']);
    await engine.rename(id, 'site');
    await expect.poll(() => routes, soon).toEqual(['site http://127.0.0.1:80']);
    await engine.stop(id);
    await expect.poll(() => routes, soon).toEqual([]);
    await engine.start(id);
    await expect.poll(() => routes, soon).toEqual(['site http://127.0.0.1:80']);
    await engine.remove(id);
    await expect.poll(() => routes, soon).toEqual([]);
  });

  it('keeps the last good routes while the engine is away, and lists again when it is back', async () => {
    await started('web', app);
    await expect.poll(() => routes, soon).toEqual(['app http://127.0.0.1:8080']);
    await engine.crash();
    const away = `warn: ${engine.host} is away; its last good route stays until it is back`;
    await expect.poll(() => lines, soon).toContain(away);
    expect(routes).toEqual(['app http://127.0.0.1:8080']);
    await engine.restart(); // which stops what ran
    await expect.poll(() => routes, soon).toEqual([]);
    expect(lines).toContain(`info: ${engine.host} is back`);
    await engine.start('web');
    await expect.poll(() => routes, soon).toEqual(['app http://127.0.0.1:8080']);
  });

  it('tells which container has a label that makes no sense, once', async () => {
    await started('web', { ...app, 'proxy.bad.port': 'http' });
    await expect.poll(() => routes, soon).toEqual(['app http://127.0.0.1:8080']);
    await started('other', { 'proxy.*.port': '1' });
    await expect.poll(() => routes, soon).toHaveLength(2);
    const told = lines.filter((line) => line.includes('proxy.bad.port'));
    expect(told).toEqual([expect.stringMatching(/^error: container web: proxy\.bad\.port: expected a port/)]);
  });

  it('tells no more than ten mistakes of one container', async () => {
    const bad = Array.from({ length: 25 }, (_, i) => [`proxy.bad${i}.port`, 'x']);
    await started('web', { ...app, ...Object.fromEntries(bad) });
    await expect.poll(() => routes, soon).toEqual(['app http://127.0.0.1:8080']);
    expect(lines.filter((line) => line.startsWith('error: container web: '))).toHaveLength(11);
    expect(lines).toContain('error: container web: 15 more mistakes in its labels');
  });
});

describe('an abort', () => {
  it('ends it while the engine is away', async () => {
    await engine.crash();
    await expect.poll(() => lines, soon).toContainEqual(expect.stringContaining('is away'));
    abort.abort();
    await expect(running).resolves.toBeUndefined();
  });
});
