import { Transform } from 'node:stream';
import { describe, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT, told, type Way } from './support.ts';

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

  it('is not suspected when the question is refused, which is told once', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    const refused = scene.engine.faults.respond(503, '{"message":"busy"}', { bounded: true });
    for (let probe = 1; probe <= 3; probe++) {
      await scene.pass(LIVENESS);
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
    let dropping = false;
    let dropped = '';
    const way = lossyWay((line) => {
      if (dropping) dropped += line;
      return dropping;
    });
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await scene.quiet();
    dropping = true;
    await scene.live('lost');
    await eventually('its loss', () => /"start".*"lost"/.test(dropped));
    dropping = false;
    scene.engine.stepClock(5000);
    await scene.pass(LIVENESS);
    await eventually('the wait for what is missing', () => scene.clock.delays.includes(TIMEOUT));
    await scene.live('later');
    await told(watch, 'started later');
    await scene.clock.advance(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    scene.engine.stepClock(2000); // "later" is not of the second in which the new place is taken
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });
});

/** A way on which streams lose lines; what is asked with an `until` is answered whole. */
function lossyWay(drops: (line: string) => boolean): Way {
  return {
    answer(body, { until }) {
      if (until !== undefined) return body;
      const kept = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          const lines = chunk.toString('utf8').split(/(?<=\n)/);
          done(undefined, lines.filter((line) => !drops(line)).join('') || undefined);
        },
      });
      body.on('error', (error) => kept.destroy(error));
      return Object.assign(body.pipe(kept), { headers: body.headers });
    },
  };
}
