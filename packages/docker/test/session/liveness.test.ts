import { describe, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT, told } from './support.ts';

describe('a stream that died without a sign', () => {
  it('is found within livenessInterval + timeout when the engine has events that it did not bring', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ times: 1 });
    await scene.live('web');
    scene.engine.stepClock(2000);
    await scene.pass(LIVENESS);
    await scene.pass(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is found when the engine does not answer at all any more', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    const hole = scene.engine.faults.blackHole();
    await scene.pass(LIVENESS);
    await scene.pass(TIMEOUT);
    await told(watch, 'error STREAM_DEAD', 'reload disconnected');
    await hole.clear();
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected');
  });

  it('is not suspected while it is merely quiet', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    for (let probe = 0; probe < 5; probe++) {
      const { accepted } = scene.engine.connections;
      await scene.pass(LIVENESS);
      // The engine's clock, and what it has had up to then.
      await eventually('both questions', () => scene.engine.connections.accepted === accepted + 2);
    }
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is not suspected for an event that is on its way', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    const silence = scene.engine.faults.silence({ times: 1 });
    await scene.live('web');
    scene.engine.stepClock(2000);
    await scene.pass(LIVENESS);
    await eventually('the wait for what is missing', () => scene.clock.delays.includes(TIMEOUT));
    await scene.clock.advance(TIMEOUT - 1);
    await silence.clear();
    await told(watch, 'started web');
    await scene.clock.advance(1);
    await scene.live('later');
    await told(watch, 'started later');
  });

  it('is not suspected when the clock of the engine was set back', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    scene.engine.stepClock(-3_600_000);
    const { accepted } = scene.engine.connections;
    await scene.pass(LIVENESS);
    await eventually('both questions', () => scene.engine.connections.accepted === accepted + 2);
    await scene.live('web');
    await told(watch, 'started web');
  });
});
