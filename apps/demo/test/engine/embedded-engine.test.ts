import { existsSync } from 'node:fs';
import { ManualClock } from '@watcher/testing/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/engine/embedded-engine.ts';
import { endpointOf } from '../../src/engine/endpoint.ts';
import { EngineClient } from '../../src/engine/engine-client.ts';
import { listeningLogger } from '../provider/support.ts';

const live = new AbortController().signal;
let clock: ManualClock;
let engine: EmbeddedEngine;
let lines: string[];
let abort: AbortController;
let playing: Promise<void>;

beforeEach(async () => {
  clock = new ManualClock();
  abort = new AbortController();
  const listening = listeningLogger();
  lines = listening.lines;
  engine = await startEmbeddedEngine({ logger: listening.logger, clock });
  playing = engine.play(abort.signal);
});

afterEach(async () => {
  abort.abort();
  await playing;
});

/** The names of what runs, or why that cannot be told. */
function running(): Promise<string | string[]> {
  return new EngineClient(endpointOf(engine.host, {})).runningContainers(live).then(
    (containers) => containers.map(({ name }) => name).sort(),
    (error: Error) => error.message,
  );
}

/** Lets time pass until the scene has said so. */
async function until(says: RegExp): Promise<void> {
  const from = lines.length;
  for (let waited = 0; !lines.slice(from).some((line) => says.test(line)); waited += 100) {
    if (waited > 60_000) throw new Error(`never said ${says}: ${lines.slice(from).join(', ')}`);
    await clock.advance(100);
  }
}

describe('the embedded engine', () => {
  it('has containers at once', async () => {
    expect(await running()).toEqual(['api', 'web']);
  });

  it('changes within three seconds', async () => {
    await clock.advance(3000);
    expect(await running()).toEqual(['api', 'shop', 'web']);
  });

  it('has containers come, go, and be renamed, goes away itself and comes back, over and over', async () => {
    for (let round = 0; round < 3; round++) {
      await until(/shop starts/);
      await until(/shop is removed/);
      expect(await running()).toEqual(['api', 'shop-canary', 'web']);
      await until(/renamed/);
      expect(await running()).toContain('api-v2');
      await until(/killed/);
      expect(await running()).toMatch(/ENOENT|ECONNREFUSED/);
      await until(/up again/);
      // It starts up on a real clock, in its own time.
      await expect.poll(running, { timeout: 10_000 }).toEqual(['api', 'web']);
    }
  });

  it('is gone, with its socket, once it is told to stop', async () => {
    const socket = engine.host.slice('unix://'.length);
    expect(existsSync(socket)).toBe(true);
    abort.abort();
    await playing;
    expect(existsSync(socket)).toBe(false);
  });
});
