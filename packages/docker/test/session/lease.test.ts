import { describe, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, told } from './support.ts';

/** The lease is over at the latest here; the idle question is put off, so as not to be in the way. */
const LEASE = 300_000;
const config = { livenessInterval: 2 * LEASE, leaseInterval: LEASE };

describe('the lease of a stream', () => {
  it('ends in another stream, without an error, a reload or a doubled event', async () => {
    await using scene = await Scene.begin(config);
    await using watch = await scene.watchAnchored();
    for (let lease = 0; lease < 5; lease++) {
      await scene.live(`web-${lease}`);
      await told(watch, `started web-${lease}`);
      await renew(scene);
    }
    await scene.live('last');
    await told(watch, 'started last');
  });

  it('is renewed on an engine that never told of anything', async () => {
    await using scene = await Scene.begin(config);
    await using watch = scene.watch();
    await watch.stream.ready;
    await renew(scene);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('brings once what comes while both streams stand', async () => {
    await using scene = await Scene.begin(config);
    await using watch = await scene.watchAnchored();
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await scene.clock.advance(1.1 * LEASE);
    await eventually('the next stream', () => late.hits === 1);
    await scene.live('web');
    await told(watch, 'started web');
    await late.clear();
    await scene.quiet();
    await scene.live('later');
    await told(watch, 'started later');
  });

  it('that cannot be renewed leaves the stream as it is', async () => {
    await using scene = await Scene.begin(config);
    await using watch = await scene.watchAnchored();
    const refused = scene.engine.faults.respond(503, '{"message":"busy"}');
    await scene.clock.advance(1.1 * LEASE);
    await eventually('an attempt', () => refused.hits > 0);
    await refused.clear();
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('that cannot be renewed twice in a row is told of, once, however often it cannot', async () => {
    await using scene = await Scene.begin({ ...config, livenessInterval: 100 * LEASE });
    await using watch = await scene.watchAnchored();
    const refused = scene.engine.faults.respond(503, '{"message":"busy"}');
    for (let attempt = 1; attempt <= 4; attempt++) {
      await scene.quiet();
      await scene.clock.advance(1.1 * LEASE);
      await eventually('an attempt', () => refused.hits === attempt);
    }
    await scene.quiet();
    await refused.clear();
    await scene.live('web');
    await told(watch, 'error ENGINE_FAULT', 'started web');
  });

  it('that ends again and again does not put off finding out that the stream is dead', async () => {
    await using scene = await Scene.begin({
      forceReload: 'gap',
      livenessInterval: 10_000,
      leaseInterval: 1000,
    });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ bounded: false, times: 1 });
    await scene.live('web');
    scene.noise(300); // no other stream can be joined to what was seen
    scene.engine.stepClock(2000);
    for (let passed = 0; passed < 30_000 && watch.lines.length === 0; passed += 500) {
      await scene.quiet();
      await scene.clock.advance(500);
    }
    await told(watch, 'error STREAM_DEAD');
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  /** Lets the lease run out, and waits until another stream has taken over. */
  async function renew(scene: Scene): Promise<void> {
    const { accepted } = scene.engine.connections;
    await scene.clock.advance(1.1 * LEASE);
    await eventually('another stream', () => scene.engine.connections.accepted > accepted);
    await scene.quiet();
  }
});
