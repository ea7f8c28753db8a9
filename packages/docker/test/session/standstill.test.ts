import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Scene, told } from './support.ts';

describe('a process that stood still', () => {
  it('says "gap" when more came meanwhile than the engine can be asked about', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ bounded: false });
    scene.clock.stall(20_000);
    scene.noise(300);
    await scene.clock.advance(0);
    await told(watch, 'reload gap');
  });

  it('says nothing when the engine still holds the last event of before', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const { accepted } = scene.engine.connections;
    scene.clock.stall(5000);
    await scene.clock.advance(0);
    await eventually('the question', () => scene.engine.connections.accepted > accepted);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is not what a timer a little late means', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const silence = scene.engine.faults.silence({ bounded: false });
    scene.noise(300); // had it asked, our place would be gone
    scene.clock.stall(1200);
    await scene.clock.advance(0);
    await silence.clear();
    await scene.live('web');
    await told(watch, 'started web');
    await scene.quiet();
    expect(watch.take()).toEqual([]);
  });
});
