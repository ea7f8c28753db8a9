import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, Scene, TIMEOUT, told } from './support.ts';

describe('a stream that brings something', () => {
  it('is not asked about until it has been silent for the whole of livenessInterval since', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    await scene.quiet();
    await scene.clock.advance(LIVENESS - 1);
    await scene.live('web');
    await told(watch, 'started web');
    const question = scene.engine.faults.withholdHeaders({ bounded: true });
    await scene.clock.advance(1);
    await scene.pass(LIVENESS - 1);
    await eventually('the question', () => question.hits === 1);
    expect(scene.clock.monotonic()).toBe(2 * LIVENESS - 1);
  });

  it('is alive, though the question is not answered', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    const question = scene.engine.faults.withholdHeaders({ bounded: true });
    await scene.pass(LIVENESS);
    await eventually('the question', () => question.hits === 1);
    await scene.clock.advance(TIMEOUT - 1);
    await scene.live('web');
    await told(watch, 'started web');
    await scene.clock.advance(1);
    await scene.live('later');
    await told(watch, 'started later');
    await scene.pass(LIVENESS - 1);
    await scene.clock.advance(1);
    await eventually('the next question', () => question.hits === 2);
  });
});
