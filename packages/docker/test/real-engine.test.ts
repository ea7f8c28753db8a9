import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { Action, type DockerEvent } from '@watcher/events';
import { watcherContract } from '@watcher/testing/contract';
import { DockerEngine } from '@watcher/testing/engine';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerFilter, DockerWatcher, dockerFilter, dockerFilters } from '../src/index.ts';
import { contractHarness } from './support/contract-harness.ts';
import { eventually } from './support/eventually.ts';
import { live, shared } from './support/real-engines.ts';
import { Recorder } from './support/recorder.ts';
import { skipsFor } from './support/skips.ts';

const skips = skipsFor('Docker Engine', DockerEngine.unavailable());

describe.skipIf(skips)('DockerWatcher on a real Docker Engine', () => {
  let engine: DockerEngine;

  beforeAll(async () => {
    engine = await DockerEngine.start();
  });

  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
  });

  it('reports the whole life of a container, with its name, ID and labels', async () => {
    await using watch = new Recorder(
      new DockerWatcher({ host: engine.host, name: 'real' }).events({ filters: { type: ['container'] } }),
    );
    await watch.stream.ready;
    const before = Date.now();
    const id = await engine.create({ name: 'life', labels: { 'proxy.aliases': 'app', empty: '' } });
    await engine.start(id);
    await engine.pause(id);
    await engine.unpause(id);
    await engine.rename(id, 'renamed');
    await engine.stop(id);
    await engine.remove(id);
    await eventually('the end of its life', () => watch.lines.includes('destroyed renamed'));

    const own = watch.events.filter((event) => event.actorId === id);
    expect(own.map(({ action, actorName }) => [action, actorName])).toEqual([
      [Action.ContainerCreate, 'life'],
      [Action.ContainerStart, 'life'],
      [Action.ContainerPause, 'life'],
      [Action.ContainerUnpause, 'life'],
      [Action.ContainerRename, 'renamed'],
      [Action.ContainerKill, 'renamed'],
      [Action.ContainerDie, 'renamed'],
      [Action.ContainerStop, 'renamed'],
      [Action.ContainerDestroy, 'renamed'],
    ]);
    for (const event of own) {
      expect(event).toMatchObject({ type: 'docker', source: 'real' });
      expect(event.actorAttributes).toMatchObject({ 'proxy.aliases': 'app', empty: '' });
      expect(event.time).toBeGreaterThanOrEqual(before - 1000);
      expect(event.time).toBeLessThanOrEqual(Date.now() + 1000);
    }
    expect(watch.errors).toEqual([]);
  });

  it('selects starts, deaths and destructions when it is not told otherwise', async () => {
    await using watch = new Recorder(new DockerWatcher({ host: engine.host }).events());
    await watch.stream.ready;
    await live(engine, 'ordinary');
    await eventually('its end', () => watch.lines.includes('destroyed ordinary'));
    expect(watch.lines.filter((line) => line.endsWith(' ordinary'))).toEqual([
      'started ordinary',
      'died ordinary',
      'destroyed ordinary',
    ]);
  });

  it('reports a network that a container joins and leaves, as the network', async () => {
    const filters = dockerFilters(dockerFilter('type', 'network'), dockerFilter('network', 'none'));
    await using watch = new Recorder(new DockerWatcher({ host: engine.host }).events({ filters }));
    await watch.stream.ready;
    const id = await live(engine, 'joiner');
    const own = (event: DockerEvent) => event.actorAttributes['container'] === id;
    await eventually('both', () => watch.events.filter(own).length === 2);
    expect(watch.events.filter(own).map(({ action, actorName }) => [action, actorName])).toEqual([
      [Action.NetworkConnect, 'none'],
      [Action.NetworkDisconnect, 'none'],
    ]);
  });

  it('takes a filter on a name exactly', async () => {
    const filters = dockerFilters(
      DockerFilter.Container,
      DockerFilter.Start,
      dockerFilter('container', 'web'),
    );
    await using watch = new Recorder(new DockerWatcher({ host: engine.host }).events({ filters }));
    await watch.stream.ready;
    await live(engine, 'web-2');
    await live(engine, 'web');
    await eventually('the start', () => watch.lines.length > 0);
    expect(watch.take()).toEqual(['started web']);
  });

  it('tells of a daemon that is killed and started again, and then goes on', async () => {
    const filters = dockerFilters(DockerFilter.Container, dockerFilter('container', 'after'));
    const watcher = new DockerWatcher({ host: engine.host, retryInterval: 50 });
    await using watch = new Recorder(watcher.events({ filters }));
    await watch.stream.ready;
    await engine.crash();
    await eventually('the loss', () => watch.lines.includes('reload disconnected'));
    expect(watch.take().slice(0, 2)).toEqual(['error CONNECTION_LOST', 'reload disconnected']);
    await engine.restart();
    await eventually('the return', () => watch.lines.includes('reload gap'), 30_000);
    await live(engine, 'after');
    await eventually('its end', () => watch.lines.includes('destroyed after'));
    const reloads = watch.lines.filter((line) => line.startsWith('reload'));
    expect(reloads).toEqual(['reload gap']);
    const after = watch.lines.slice(watch.lines.indexOf('reload gap') + 1);
    expect(after).toEqual([
      'created after',
      'started after',
      'killed after',
      'died after',
      'destroyed after',
    ]);
  });

  it('waits for a daemon that is down at the start', async () => {
    await engine.crash();
    await using watch = new Recorder(new DockerWatcher({ host: engine.host, retryInterval: 50 }).events());
    await eventually('the error', () => watch.errors.length > 0);
    expect(watch.errors[0]).toMatchObject({ code: 'UNREACHABLE', retryable: true });
    await engine.restart();
    await watch.stream.ready;
    await live(engine, 'later');
    await eventually('its end', () => watch.lines.includes('destroyed later'));
    expect(watch.lines.filter((line) => line.startsWith('reload'))).toEqual([]);
  });

  it('finds a frozen daemon, and misses nothing of what it does when it goes on', async () => {
    await using watch = new Recorder(
      new DockerWatcher({
        host: engine.host,
        forceReload: 'gap',
        livenessInterval: 100,
        timeout: 500,
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

  it('is read through the connected dockerode: list, inspect, logs and statistics', async () => {
    await using connection = await new DockerWatcher({ host: engine.host }).connect<Docker>();
    const { docker } = connection;
    const own = new Docker({ socketPath: engine.host.slice('unix://'.length) });
    const script = 'echo out; echo err >&2; exec sleep 1000';
    const { id } = await own.createContainer({
      name: 'talker',
      Image: 'watcher-test',
      Cmd: ['/bin/busybox', 'sh', '-c', script],
      StopSignal: 'SIGKILL',
    });
    await engine.start(id);
    const filters = { name: ['talker'] };
    expect(await docker.listContainers({ filters })).toMatchObject([{ Id: id, State: 'running' }]);
    expect(await docker.getContainer('talker').inspect()).toMatchObject({
      Id: id,
      Config: { Cmd: expect.any(Array) },
    });

    const outputs = { out: '', err: '' };
    const logs = await docker.getContainer(id).logs({ stdout: true, stderr: true, follow: true });
    const sink = (name: 'out' | 'err') => {
      const stream = new PassThrough();
      return stream.on('data', (chunk) => {
        outputs[name] += chunk;
      });
    };
    docker.modem.demuxStream(logs, sink('out'), sink('err'));
    await eventually('both outputs', () => outputs.out !== '' && outputs.err !== '');
    expect(outputs).toEqual({ out: 'out\n', err: 'err\n' });
    const all = await docker.getContainer(id).logs({ stdout: true });
    expect(all).toEqual(Buffer.from('\u0001\0\0\0\0\0\0\u0004out\n'));

    expect(await docker.getContainer(id).stats({ stream: false })).toMatchObject({ id, name: '/talker' });
    const readings = (await docker.getContainer(id).stats()) as unknown as Readable;
    const [reading] = await once(
      readings.on('error', () => {}),
      'data',
    );
    expect(JSON.parse(String(reading))).toMatchObject({ id, name: '/talker' });
    await connection.close();
    await engine.remove(id);
  });

  // Last: its cases take the engine for their own.
  describe('keeps the contract:', () => {
    const harness = contractHarness(async () => shared(engine), 60_000);
    for (const { name, run } of watcherContract(harness)) it(name, { timeout: 90_000 }, run);
  });
});
