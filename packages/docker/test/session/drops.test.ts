import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, told } from './support.ts';

describe('events that the engine drops from a stream that goes on', () => {
  it.each(['docker', 'podman-4.3'] as const)(
    'are found on %s, and are a gap, though it is busy',
    async (dialect) => {
      await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect });
      await using watch = await scene.watchAnchored();
      const dropped = scene.engine.faults.dropEvents();
      await scene.live('lost');
      await dropped.clear();
      const isFound = () => watch.lines.includes('error STREAM_DEAD');
      for (let n = 0; n < 15 && !isFound(); n++) {
        scene.engine.stepClock(2000);
        await scene.live(`web-${n}`);
        await eventually('the event', () => isFound() || watch.lines.includes(`started web-${n}`));
        await scene.clock.advance(2000);
        for (let turns = 0; turns < 5; turns++) await scene.arrived();
      }
      expect(watch.lines).toContain('error STREAM_DEAD');
      await scene.clock.advance(RETRY);
      await eventually('the gap', () => watch.lines.includes('reload gap'));
    },
  );

  it('are asked about once in `livenessInterval`', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await scene.quiet();
    const { accepted } = scene.engine.connections;
    for (let second = 0; second < 60; second++) {
      scene.engine.stepClock(1000);
      await scene.engine.create({ name: `web-${second}` });
      await scene.arrived();
      await scene.clock.advance(1000);
      await scene.quiet();
    }
    expect(scene.engine.connections.accepted - accepted).toBeGreaterThanOrEqual(2 * 6);
    expect(scene.engine.connections.accepted - accepted).toBeLessThanOrEqual(2 * 7);
    expect(watch.lines).toEqual([]);
  });

  it('are none where a busy stream brought more than is remembered', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect: 'podman-4.3' });
    await using watch = await scene.watchAnchored();
    for (let second = 0; second < 25; second++) {
      scene.engine.stepClock(1000);
      scene.noise(100);
      await scene.arrived();
      await scene.clock.advance(1000);
      await scene.quiet();
    }
    expect(watch.lines).toEqual([]);
  });

  it('are a gap where a renewal brings one of them late, out of turn', async () => {
    await using scene = await Scene.begin({
      forceReload: 'gap',
      leaseInterval: 60_000,
      livenessInterval: 1_000_000,
    });
    await using watch = await scene.watchAnchored();
    const dropped = scene.engine.faults.dropEvents();
    await scene.live('lost');
    await dropped.clear();
    scene.engine.stepClock(200);
    await scene.live('web');
    await told(watch, 'started web');
    const { accepted } = scene.engine.connections;
    await scene.clock.advance(66_000);
    await eventually('the next stream', () => scene.engine.connections.accepted > accepted);
    await scene.quiet();
    await told(watch, 'reload gap');
  });
});
