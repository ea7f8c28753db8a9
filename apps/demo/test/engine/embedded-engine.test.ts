import { existsSync } from 'node:fs';
import { DockerWatcher } from '@watcher/docker';
import { ManualClock } from '@watcher/testing/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/engine/embedded-engine.ts';
import { listRunning } from '../../src/engine/engine-client.ts';
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
function running(): Promise<string> {
  return listRunning(new DockerWatcher({ host: engine.host }), live).then(
    ({ containers }) =>
      containers
        .map(({ name }) => name)
        .sort()
        .join(' '),
    (error: Error) => error.message,
  );
}

/** Lets time pass until the scene has said so. What then happens does so on real sockets, in its own time. */
async function until(says: RegExp): Promise<void> {
  const from = lines.length;
  const said = () => lines.slice(from).some((line) => says.test(line));
  while (!said() && !abort.signal.aborted) await clock.advance(100);
}

const soon = { timeout: 15_000 };

describe('the embedded engine', () => {
  it('has containers at once', async () => {
    expect(await running()).toBe('api web');
  });

  it('changes within three seconds', async () => {
    await clock.advance(3000);
    await expect.poll(running, soon).toBe('api shop web');
  });

  it('has containers come, go, and be renamed, goes away itself and comes back, over and over', async () => {
    for (let round = 0; round < 3; round++) {
      await until(/shop starts/);
      await expect.poll(running, soon).toBe('api shop web');
      await until(/shop is removed/);
      await expect.poll(running, soon).toBe('api shop-canary web');
      await until(/renamed/);
      await expect.poll(running, soon).toBe('api-v2 backup shop-canary web');
      await until(/killed/);
      await expect.poll(running, soon).toMatch(/ENOENT|ECONNREFUSED/);
      await until(/up again/);
      await expect.poll(running, soon).toBe('api web');
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
