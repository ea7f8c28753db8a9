import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { engineTime, LIST_LAG, LIVENESS, RETRY, Scene, status, TIMEOUT, told } from './support.ts';
import { LossyWay } from './way.ts';

/** An engine tells its time to the second, in milliseconds. */
const SECOND = 1000;

/** Milliseconds after which a process has stood still, and between its looks whether it has. */
const LATE = 100;
const BEAT = 50;

describe('a stream that died without a sign', () => {
  it('is found within livenessInterval + timeout when the engine has events that it did not bring', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ times: 1 });
    await scene.live('web');
    scene.engine.stepClock(2 * SECOND);
    await ask(scene, LIVENESS);
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is found in that time, too, when the last second before the question had the event', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ times: 1 });
    await scene.live('web');
    await ask(scene, LIVENESS);
    scene.engine.stepClock(SECOND);
    await ask(scene, LIVENESS - SECOND);
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is found in that time, too, when each of two answers is just in time', async () => {
    const engineClock = engineTime();
    await using scene = await Scene.begin({}, { clock: engineClock });
    await using watch = await scene.watchAnchored();
    const late = scene.engine.faults.delayHeaders(SECOND, { bounded: true });
    await scene.pass(LIVENESS);
    await eventually('the first question', () => late.hits === 1);
    await scene.clock.advance(TIMEOUT - 1);
    await engineClock.advance(SECOND);
    await eventually('the second question', () => late.hits === 2);
    await scene.clock.advance(1);
    await told(watch, 'error STREAM_DEAD', 'reload disconnected');
  });

  it('is found when the clock of the engine was set back before the event', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ times: 1 });
    scene.engine.stepClock(-3_600_000);
    await scene.live('web');
    scene.engine.stepClock(2 * SECOND);
    await ask(scene, LIVENESS);
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
  });

  it('is found on an engine that had told of nothing when its clock was set back and right again', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = scene.watch();
    await watch.stream.ready;
    const silence = scene.engine.faults.silence({ bounded: false });
    scene.engine.stepClock(-60_000);
    await scene.live('lost');
    scene.engine.stepClock(120_000);
    await ask(scene, LIVENESS);
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await silence.clear();
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('is found, too, where a lease is over sooner than the silence', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap', leaseInterval: LIVENESS / 2 });
    await using watch = scene.watch();
    await watch.stream.ready;
    scene.engine.faults.silence({ bounded: false });
    await scene.live('lost');
    scene.engine.stepClock(2 * SECOND);
    for (let waited = 0; waited < LIVENESS; waited += SECOND) {
      await scene.quiet();
      await scene.clock.advance(SECOND);
    }
    await scene.quiet();
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    expect(status(watch).renewals).toBeGreaterThan(0);
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
    await ask(scene, LIVENESS);
    for (let probe = 0; probe < 5; probe++) await ask(scene, LIVENESS - SECOND);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is not suspected for an event that is on its way', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    const silence = scene.engine.faults.silence({ times: 1 });
    await scene.live('web');
    scene.engine.stepClock(2 * SECOND);
    await ask(scene, LIVENESS);
    await scene.clock.advance(TIMEOUT - 1);
    await silence.clear();
    await told(watch, 'started web');
    await scene.clock.advance(1);
    await scene.live('later');
    await told(watch, 'started later');
  });

  it('is looked for so much sooner after an answer that was slow, since it says less', async () => {
    const engineClock = engineTime();
    await using scene = await Scene.begin({}, { clock: engineClock });
    await using watch = await scene.watchAnchored();
    await scene.quiet();
    const { engine, clock } = scene;
    const late = engine.faults.delayHeaders(SECOND / 10, { bounded: true });
    await scene.pass(LIVENESS);
    await eventually('the first question', () => late.hits === 1);
    await clock.advance(SECOND);
    await engineClock.advance(SECOND / 10);
    await late.clear();
    await scene.pass(LIVENESS - 3 * SECOND); // a second ago it was asked; a second the answer lags; another its time
    expect(watch.lines).toEqual([]);
  });

  it('is not suspected for an event of after the question, when the answer is slow', async () => {
    const engineClock = engineTime();
    await using scene = await Scene.begin({}, { clock: engineClock });
    await using watch = await scene.watchAnchored();
    await scene.quiet();
    const { engine, clock } = scene;
    const late = engine.faults.delayHeaders(SECOND / 10, { bounded: true });
    await scene.pass(LIVENESS);
    await eventually('the first question', () => late.hits === 1);
    const silence = engine.faults.silence({ bounded: false });
    engine.stepClock(SECOND);
    await scene.live('web');
    engine.stepClock(0.8 * SECOND);
    await clock.advance(SECOND);
    await engineClock.advance(SECOND / 10);
    await late.clear();
    await eventually(
      'both answers',
      () => engine.connections.open === 1 && engine.connections.subscribers === 1,
    );
    await scene.arrived();
    await clock.advance(TIMEOUT - SECOND);
    await silence.clear();
    await told(watch, 'started web');
  });

  it('is not suspected when the clock of the engine was set back', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    scene.engine.stepClock(-3_600_000);
    await ask(scene, LIVENESS);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it.each([0, 2])(
    'is not suspected for a long log of %i hours ago when the clock was set back',
    async (hours) => {
      await using scene = await Scene.begin({}, { dialect: 'podman-4.3', clock: engineTime() });
      await using watch = await scene.watchAnchored();
      scene.noise(1600); // more than is kept of what was seen
      scene.engine.stepClock(hours * 3_600_000);
      await scene.live('recent');
      await told(watch, 'started recent');
      scene.engine.stepClock(-3_600_000);
      await ask(scene, LIVENESS);
      await scene.clock.advance(TIMEOUT);
      await scene.live('web');
      await told(watch, 'started web');
    },
  );

  it('is found by what it did not bring before it went on, which is a gap: our place is past it', async () => {
    const way = new LossyWay();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await scene.anchor();
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await way.drop('its start', /"start".*"dropped"/, () => scene.live('dropped'));
    await scene.live('later');
    await told(watch, 'started later');
    scene.engine.stepClock(SECOND);
    await ask(scene, LIVENESS);
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    scene.engine.stepClock(LIST_LAG + SECOND); // "later" is older than what is emitted again
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('is not suspected for what a gap has told of', async () => {
    const way = new LossyWay();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await scene.anchor();
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await scene.quiet();
    scene.clock.stall(LATE);
    await scene.clock.advance(0);
    scene.noise(1025);
    await scene.live('piled');
    await told(watch, 'started piled');
    await scene.clock.advance(2 * BEAT);
    await told(watch, 'reload gap');
    await way.drop('its start', /"start".*"dropped"/, () => scene.live('dropped'));
    await scene.live('later');
    await told(watch, 'started later');
    scene.engine.stepClock(SECOND);
    await ask(scene, LIVENESS - LATE - 2 * BEAT);
    await scene.clock.advance(TIMEOUT);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is not suspected for what a gap told of while it was waited for', async () => {
    const way = new LossyWay();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await scene.anchor();
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await way.drop('its start', /"start".*"dropped"/, () => scene.live('dropped'));
    scene.engine.stepClock(SECOND);
    await ask(scene, LIVENESS);
    scene.clock.stall(LATE);
    await scene.clock.advance(0);
    scene.noise(1700); // more than is kept of what was seen, behind the gap, too
    await scene.live('later');
    await told(watch, 'started later');
    await scene.clock.advance(2 * BEAT);
    await told(watch, 'reload gap');
    await scene.clock.advance(TIMEOUT);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is not suspected when the question is refused, which is told once', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    const refused = scene.engine.faults.respond(503, '{"message":"busy"}', { bounded: true });
    for (let probe = 1; probe <= 3; probe++) {
      await scene.pass(probe === 1 ? LIVENESS : LIVENESS - SECOND);
      await eventually('the question', () => refused.hits === probe);
    }
    await refused.clear();
    await told(watch, 'error ENGINE_FAULT');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('that goes on behind what it did not bring is a gap: our place has moved past it', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await scene.anchor();
    const way = new LossyWay();
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await scene.quiet();
    await way.drop('its start', /"start".*"lost"/, () => scene.live('lost'));
    scene.engine.stepClock(5 * SECOND);
    await ask(scene, LIVENESS);
    await scene.live('later');
    await told(watch, 'started later');
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    scene.engine.stepClock(LIST_LAG + SECOND); // "later" is older than what is emitted again
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });
});

/** After so many milliseconds of silence the engine is asked what its time is, and what it has had; both are answered. */
async function ask(scene: Scene, silence: number): Promise<void> {
  const { engine } = scene;
  await scene.quiet(); // what was asked before has come to its end
  const { accepted } = engine.connections;
  await scene.pass(silence);
  await eventually('both questions', () => engine.connections.accepted === accepted + 2);
  await eventually('their answers', () => engine.connections.open === 1);
  await scene.arrived();
}
