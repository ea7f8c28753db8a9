import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, it } from 'vitest';
import { Scene, told } from './support.ts';

describe.each(['podman', 'podman-4.3', 'docker'] as const)('on %s', (dialect) => {
  it('what a health check comes to is an event', async () => {
    await using scene = await Scene.begin({}, { dialect });
    await scene.anchor();
    await using watch = scene.watch({ filters: { type: ['container'], event: ['health_status', 'start'] } });
    await watch.stream.ready;
    const id = await scene.live('web');
    await scene.engine.setHealth(id, 'healthy');
    await scene.engine.setHealth(id, 'unhealthy');
    await told(watch, 'started web', 'healthy web', 'unhealthy web');
  });
});

describe('on Podman', () => {
  it('a clock that nobody has set yet is no obstacle', async () => {
    await using scene = await Scene.begin({}, { dialect: 'podman', clock: new ManualClock(60_000) });
    await using watch = scene.watch();
    await watch.stream.ready;
    for (const { query } of scene.engine.requests) expect(query.get('since')).toMatch(/^\d+\.\d{9}$/);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('the actor of an event of a network is the network, and the container is in the attributes', async () => {
    await using scene = await Scene.begin({}, { dialect: 'podman' });
    await scene.anchor();
    await using watch = scene.watch({ filters: { type: ['network'], network: ['backend'] } });
    await watch.stream.ready;
    const ID = 'c'.repeat(64);
    for (const network of ['front', 'backend']) {
      const Attributes = { image: '', name: 'web', network, podId: '' };
      scene.engine.publish({ Type: 'network', Action: 'connect', Actor: { ID, Attributes } });
    }
    await told(watch, 'connected backend');
    expect(watch.events[0]).toMatchObject({ actorId: '', actorAttributes: { container: ID } });
  });
});
