import { describe, expect, it } from 'vitest';
import { dockerFilter, dockerFilters } from '../../src/index.ts';
import { LIST_LAG, RETRY, Scene, told } from './support.ts';

const filters = dockerFilters(
  dockerFilter('type', 'container'),
  dockerFilter('event', 'start', 'pause', 'unpause', 'die'),
);

describe('events of the last seconds, which the list may not show yet', () => {
  it('are emitted again when a position is taken at the start, in order and before what is new', async () => {
    await using scene = await Scene.begin();
    const id = await scene.live('web');
    await scene.engine.pause(id);
    scene.engine.stepClock(LIST_LAG - 1000);
    await using watch = scene.watch({ filters });
    await watch.stream.ready;
    await scene.live('new');
    await told(watch, 'started web', 'paused web', 'started new');
  });

  it('are emitted again behind a gap', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored({ filters });
    await scene.live('web');
    await told(watch, 'started web');
    await scene.engine.crash();
    await told(watch, 'error CONNECTION_LOST');
    await scene.engine.restart(); // which ends what ran, and says so before it answers
    scene.engine.stepClock(2000);
    await scene.pass(RETRY);
    await told(watch, 'reload gap', 'died web');
  });

  it('are not when they are older', async () => {
    await using scene = await Scene.begin();
    const id = await scene.live('web');
    await scene.engine.pause(id);
    scene.engine.stepClock(LIST_LAG + 2000);
    await using watch = scene.watch({ filters });
    await watch.stream.ready;
    await scene.live('new');
    await told(watch, 'started new');
  });

  it('are not where nothing was lost', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored({ filters });
    await scene.live('web');
    await told(watch, 'started web');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected');
    await scene.live('new');
    await told(watch, 'started new');
  });

  it('leave the list and the events agreeing, though the list lags behind a pause', async () => {
    await using scene = await Scene.begin();
    const id = await scene.live('web');
    scene.engine.stepClock(2000);
    await scene.engine.pause(id);
    scene.engine.stepClock(1500);
    await using watch = scene.watch({ filters });
    await watch.stream.ready;
    await scene.arrived();
    expect(watch.lines).toContain('paused web');
  });
});
