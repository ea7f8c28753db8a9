import { PassThrough, Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MAX_LINE } from '../../src/events/line-splitter.ts';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT, told } from './support.ts';
import { streamsThrough } from './way.ts';

/** Each question leaves out the last second, and the next one comes so much sooner. In milliseconds. */
const BLIND = 1000;

describe('a stream that brings something', () => {
  it('is asked about as often as a silent one: an event may be missing before its last', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    await scene.quiet();
    const question = scene.engine.faults.withholdHeaders({ bounded: true });
    await scene.clock.advance(LIVENESS - 1);
    await scene.live('web');
    await told(watch, 'started web');
    expect(question.hits).toBe(0);
    await scene.clock.advance(1);
    await eventually('the question', () => question.hits === 1);
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
    await scene.pass(LIVENESS - BLIND - TIMEOUT);
    await eventually('the next question', () => question.hits === 2);
  });
});

describe('a stream that died', () => {
  it.each([
    ['brings blank lines, as a proxy may send them by itself', '', '\r\n'],
    ['brings more and more of a line too long to be taken', 'x'.repeat(MAX_LINE + 1), 'x'],
  ])('is found, though it %s', async (_, before, beats) => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await scene.anchor();
    let dead = false;
    const first = new Transform({
      transform: (chunk, _encoding, done) => done(undefined, dead ? undefined : chunk),
    });
    const way = streamsThrough((place) => (place === 1 ? first : new PassThrough()));
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    dead = true;
    first.push(before);
    await scene.live('web');
    scene.engine.stepClock(2000);
    const { accepted } = scene.engine.connections;
    for (let passed = 0; passed < LIVENESS; passed += 1000) {
      first.push(beats);
      await eventually('the beat', () => first.readableLength === 0);
      await scene.clock.advance(1000);
    }
    await eventually('both questions', () => scene.engine.connections.accepted === accepted + 2);
    await eventually('their answers', () => scene.engine.connections.open === 1);
    await scene.arrived();
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });
});
