import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { DockerWatcher } from '@watcher/docker';
import { ManualClock } from '@watcher/testing/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/embedded/embedded-engine.ts';
import { listRunning } from '../../src/engine/engine-client.ts';
import { routesFromLabels } from '../../src/routes/from-labels.ts';
import { upstreamOf } from '../../src/routes/route.ts';

const live = new AbortController().signal;
let clock: ManualClock;
let engine: EmbeddedEngine;
let steps: string[];
let abort: AbortController;
let playing: Promise<void>;

beforeEach(async () => {
  clock = new ManualClock();
  abort = new AbortController();
  steps = [];
  engine = await startEmbeddedEngine({ onStep: (text) => void steps.push(text), clock });
  playing = engine.play(abort.signal);
});

afterEach(async () => {
  abort.abort();
  await playing;
});

const list = () => listRunning(new DockerWatcher({ host: engine.host }), live);

/** The names of what runs, or why that cannot be told. */
function running(): Promise<string> {
  return list().then(
    ({ containers }) =>
      containers
        .map(({ name }) => name)
        .sort()
        .join(' '),
    (error: Error) => error.message,
  );
}

/** Lets time pass until the story comes to a step. What then happens does so on real sockets, in its own time. */
async function until(step: RegExp): Promise<void> {
  const from = steps.length;
  const isThere = () => steps.slice(from).some((text) => step.test(text));
  while (!isThere() && !abort.signal.aborted) await clock.advance(100);
}

const soon = { timeout: 15_000 };

describe('the embedded engine', () => {
  it('has containers from the beginning, each with an application that answers', async () => {
    expect(await running()).toBe('api web');
    const reach = { publicHost: '127.0.0.1', private: true };
    for (const container of (await list()).containers) {
      const [route] = routesFromLabels(container, reach).routes;
      const answer = await fetch(route ? upstreamOf(route) : '');
      expect(await answer.text()).toBe(`Hello from the container ${container.name}, request 1.\n`);
    }
  });

  it('changes within three seconds', async () => {
    await clock.advance(3000);
    await expect.poll(running, soon).toBe('api cart db shop web');
  });

  it('plays its story, over and over', async () => {
    for (let round = 0; round < 2; round++) {
      await until(/comes up/);
      await expect.poll(running, soon).toBe('api cart db shop web');
      await until(/crashes three times/);
      await until(/health check of api fails/);
      const health = async () => (await list()).containers.find(({ name }) => name === 'api')?.health;
      await expect.poll(health, soon).toBe('unhealthy');
      await until(/healthy again/);
      await expect.poll(health, soon).toBe('healthy');
      await until(/replaces it/);
      await expect.poll(running, soon).toBe('api cart db shop-v2 web');
      await until(/written into the file/);
      await expect.poll(() => readFile(engine.routesFile, 'utf8'), soon).toContain('wiki:');
      await until(/killed/);
      await expect.poll(running, soon).toMatch(/ENOENT|ECONNREFUSED/);
      const from = clock.now();
      await until(/up again, ten/);
      expect(clock.now() - from).toBeGreaterThan(9000);
      await expect.poll(running, soon).toBe('api cart db shop-v2 web');
      await until(/goes down/);
      await expect.poll(running, soon).toBe('api web');
      await expect.poll(() => readFile(engine.routesFile, 'utf8'), soon).not.toContain('wiki:');
    }
  });

  it('is gone, with its socket and its file, after it was stopped', async () => {
    const socket = engine.host.slice('unix://'.length);
    expect(existsSync(socket)).toBe(true);
    abort.abort();
    await playing;
    expect(existsSync(socket)).toBe(false);
    expect(existsSync(engine.routesFile)).toBe(false);
  });
});
