import { Action } from '@watcher/events';
import { watcherContract } from '@watcher/testing/contract';
import { PodmanEngine } from '@watcher/testing/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerWatcher } from '../src/index.ts';
import { contractHarness } from './support/contract-harness.ts';
import { eventually } from './support/eventually.ts';
import { live, shared } from './support/real-engines.ts';
import { Recorder } from './support/recorder.ts';
import { skipsFor } from './support/skips.ts';

const skips = skipsFor('Podman', PodmanEngine.unavailable());

describe.skipIf(skips)("DockerWatcher on a real Podman's Docker socket", () => {
  let engine: PodmanEngine;

  beforeAll(async () => {
    engine = await PodmanEngine.start();
  });

  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
  });

  it("reports the life of a container in Docker's words, with its name, ID and labels", async () => {
    await using watch = new Recorder(
      new DockerWatcher({ host: engine.host, name: 'podman' }).events({ filters: { type: ['container'] } }),
    );
    await watch.stream.ready;
    const id = await engine.create({ name: 'life', labels: { 'proxy.aliases': 'app' } });
    await engine.start(id);
    await engine.pause(id);
    await engine.unpause(id);
    await engine.rename(id, 'renamed');
    await engine.remove(id);
    await eventually('the end of its life', () => watch.lines.includes('destroyed renamed'));

    const own = watch.events.filter((event) => event.actorId === id);
    // It tells of the stop behind a removal only where its own cleanup is not faster (`Container.stop` of its libpod).
    const sure = own.filter(({ action }) => action !== Action.ContainerStop);
    expect(sure.map(({ action, actorName }) => [action, actorName])).toEqual([
      [Action.ContainerCreate, 'life'],
      [Action.ContainerStart, 'life'],
      [Action.ContainerPause, 'life'],
      [Action.ContainerUnpause, 'life'],
      [Action.ContainerRename, 'renamed'],
      [Action.ContainerDie, 'renamed'],
      [Action.ContainerDestroy, 'renamed'],
    ]);
    for (const event of own) {
      expect(event).toMatchObject({ type: 'docker', source: 'podman' });
      expect(event.actorAttributes).toMatchObject({ 'proxy.aliases': 'app' });
    }
    expect(watch.errors).toEqual([]);
  });

  it('is seamless over a lost connection, and over a service that is killed and started again', async () => {
    const watcher = new DockerWatcher({ host: engine.host, forceReload: 'gap', retryInterval: 50 });
    await using watch = new Recorder(watcher.events());
    await watch.stream.ready;
    await live(engine, 'before');
    await eventually('its end', () => watch.lines.includes('destroyed before'));
    watch.take();
    await engine.crash();
    await eventually('the loss', () => watch.lines.includes('error CONNECTION_LOST'));
    await engine.restart();
    await live(engine, 'after');
    await eventually('its end', () => watch.lines.includes('destroyed after'), 30_000);
    expect(watch.lines.filter((line) => !line.startsWith('error'))).toEqual([
      'started after',
      'died after',
      'destroyed after',
    ]);
  });

  it('finds a service that is frozen, and misses nothing of what it does when it goes on', async () => {
    await using watch = new Recorder(
      new DockerWatcher({
        host: engine.host,
        forceReload: 'gap',
        livenessInterval: 100,
        timeout: 1000,
        retryInterval: 50,
      }).events(),
    );
    await watch.stream.ready;
    engine.freeze();
    await eventually('the suspicion', () => watch.lines.includes('error STREAM_DEAD'));
    engine.thaw();
    await live(engine, 'thawed');
    await eventually('its end', () => watch.lines.includes('destroyed thawed'));
    expect(watch.lines.filter((line) => line.startsWith('reload'))).toEqual([]);
  });

  // Last: its cases take the engine for their own.
  describe('keeps the contract:', () => {
    const harness = contractHarness(async () => shared(engine), 60_000);
    for (const { name, run } of watcherContract(harness)) it(name, { timeout: 90_000 }, run);
  });
});
