import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import type { StateDiagnostic } from '../../src/index.ts';
import { DockerWatcher } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, told } from './support.ts';

describe('status', () => {
  it('says where the stream stands, since when, and what it has been through', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const { engine, clock } = scene;
    const stream = new DockerWatcher({ host: engine.host, clock, timeout: 2500 }).events();
    expect(stream.status).toMatchObject({ state: 'connecting', since: clock.now(), reconnects: 0, gaps: 0 });
    await stream.ready;
    expect(stream.status).toMatchObject({ state: 'streaming', reconnects: 0, gaps: 0 });

    engine.faults.cutStreams();
    await eventually('the loss', () => stream.status.state === 'waiting');
    const { duplicates } = stream.status;
    await scene.pass(RETRY);
    await eventually('the return', () => stream.status.state === 'streaming');
    expect(stream.status).toMatchObject({ since: clock.now(), reconnects: 1, gaps: 0 });
    expect(stream.status.duplicates).toBeGreaterThan(duplicates);

    await engine.crash();
    await eventually('the crash', () => stream.status.state === 'waiting');
    await engine.restart();
    await scene.pass(RETRY);
    await eventually('the return', () => stream.status.state === 'streaming');
    expect(stream.status).toMatchObject({ reconnects: 2, gaps: 1 });

    await scene.live('web');
    const heard = Number(engine.published.at(-1)?.timeNano) / 1e6;
    await eventually(
      'the event',
      () => stream.stats.received > 0 && stream.status.lastEvent === Math.floor(heard),
    );
    await stream.close();
    expect(stream.status.state).toBe('closed');
  });

  it('is published as it changes, on watcher:docker:state', async () => {
    await using scene = await Scene.begin({ name: 'published' });
    await scene.anchor();
    const changes: string[] = [];
    const listen = (message: unknown) => {
      const { source, from, to } = message as StateDiagnostic;
      if (source === 'published') changes.push(`${from} > ${to}`);
    };
    subscribe('watcher:docker:state', listen);
    try {
      await using watch = scene.watch();
      await watch.stream.ready;
      scene.engine.faults.cutStreams();
      await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
      await scene.pass(RETRY);
      await told(watch, 'reload reconnected');
    } finally {
      unsubscribe('watcher:docker:state', listen);
    }
    expect(changes).toEqual([
      'connecting > streaming',
      'streaming > waiting',
      'waiting > connecting',
      'connecting > streaming',
      'streaming > closed',
    ]);
  });
});
