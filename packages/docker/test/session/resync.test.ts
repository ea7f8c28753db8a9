import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT, told } from './support.ts';

/** Half as much again as `resyncInterval`. */
const HOUR = 3_600_000;

describe('resyncInterval', () => {
  it('is off by default', async () => {
    await using scene = await Scene.begin({ livenessInterval: 1e8, leaseInterval: 1e8 });
    await using watch = await scene.watchAnchored();
    await scene.clock.advance(HOUR);
    expect(watch.lines).toEqual([]);
  });

  it('emits a reload "rescan" that often, give or take a tenth', async () => {
    await using scene = await Scene.begin({
      resyncInterval: 60_000,
      livenessInterval: 1e8,
      leaseInterval: 1e8,
    });
    await using watch = await scene.watchAnchored();
    await scene.clock.advance(53_900);
    expect(watch.lines).toEqual([]);
    await scene.clock.advance(12_200);
    await told(watch, 'reload rescan');
    for (let second = 66; second < 600; second++) await scene.clock.advance(1000);
    expect(watch.lines.length).toBeGreaterThanOrEqual(8);
    expect(watch.lines.length).toBeLessThanOrEqual(10);
    expect(new Set(watch.lines)).toEqual(new Set(['reload rescan']));
  });

  it('emits one that was due while the engine was away once it is back', async () => {
    await using scene = await Scene.begin({
      resyncInterval: 1000,
      forceReload: 'gap',
      livenessInterval: 1e8,
    });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await told(watch, 'reload rescan');
  });
});

describe('an engine that answers and never emits', () => {
  it('is an error that says so, and a gap at each change, once its list contradicts the silence', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect: 'podman-4.3' });
    scene.engine.faults.muteEvents();
    await using watch = scene.watch();
    await watch.stream.ready;
    await eventually('the first list', () => listed(scene) === 1);
    await scene.quiet();
    const change = async (lists: number) => {
      await scene.live(`web-${lists}`);
      await scene.clock.advance(LIVENESS);
      await eventually('the list', () => listed(scene) === lists);
      await scene.quiet();
      await scene.clock.advance(TIMEOUT);
    };
    await change(2);
    await told(watch, 'error ENGINE_FAULT', 'reload gap');
    expect(watch.errors[0]?.message).toMatch(/has emitted no event.*events_logger.*resyncInterval/);
    await change(3);
    await told(watch, 'reload gap');
  });

  it('is not suspected once it has emitted anything, nor listed any more', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect: 'podman-4.3' });
    await using watch = await scene.watchAnchored();
    await scene.live('web');
    await told(watch, 'started web');
    for (let n = 0; n < 5; n++) {
      await scene.quiet();
      await scene.clock.advance(LIVENESS);
    }
    expect(listed(scene)).toBe(0);
    expect(watch.lines).toEqual([]);
  });
});

const listed = ({ engine }: Scene) =>
  engine.requests.filter(({ path }) => path === '/containers/json').length;
