import { PassThrough, Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, status, TIMEOUT, told } from './support.ts';
import { preceded, streamsThrough } from './way.ts';

/** The lease is over at the latest here; the idle question comes later. */
const LEASE = 330_000;
const LIVENESS = 400_000;
const config = { forceReload: 'gap', leaseInterval: 300_000, livenessInterval: LIVENESS } as const;

describe('the next stream, when a lease is over', () => {
  it('takes over once the one before is closed, so that never two hand on', async () => {
    await using scene = await Scene.begin(config);
    await scene.anchor();
    let deaf = false;
    const first = new Transform({
      transform: (chunk, _encoding, done) => done(undefined, deaf ? undefined : chunk),
    });
    await using watch = scene.watchThrough(
      streamsThrough((place) => (place === 1 ? first : new PassThrough())),
    );
    first.on('close', () => watch.lines.push('the first is closed'));
    await watch.stream.ready;
    deaf = true;
    await scene.live('web');
    await scene.clock.advance(LEASE);
    await told(watch, 'the first is closed', 'started web');
    expect(status(watch)).toMatchObject({ renewals: 1, gaps: 0 });
  });

  it('does not when it is not joined to what was seen', async () => {
    await using scene = await Scene.begin(config);
    await using watch = await scene.watchAnchored();
    scene.engine.faults.silence({ bounded: false, times: 1 });
    await scene.live('lost');
    scene.noise(256);
    scene.engine.stepClock(2000);
    await scene.clock.advance(LEASE);
    await eventually('the end of the attempt', () => status(watch).state === 'streaming');
    expect(status(watch).renewals).toBe(0);
    // The one before is still there to be found dead, and what it did not bring to be told of.
    await scene.clock.advance(LIVENESS - LEASE);
    await scene.pass(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('is a gap when it brought more than may be held while the one before was being closed', async () => {
    await using scene = await Scene.begin(config);
    await scene.anchor();
    const closing = Promise.withResolvers<void>();
    let isClosing = false;
    const first = new Transform({
      transform: (chunk, _encoding, done) => done(undefined, chunk),
      destroy(error, done) {
        isClosing = true;
        void closing.promise.then(() => done(error));
      },
    });
    const second = new PassThrough();
    await using watch = scene.watchThrough(streamsThrough((place) => (place === 1 ? first : second)));
    await watch.stream.ready;
    await scene.clock.advance(LEASE);
    await eventually('its end', () => isClosing);
    let brought = 0;
    second.on('data', (chunk: Buffer) => {
      brought += chunk.length;
    });
    for (let n = 0; n < 9; n++) {
      const Attributes = { name: `early-${n}`, note: 'x'.repeat(1024 * 1024) };
      scene.engine.publish({ Type: 'container', Action: 'start', Actor: { ID: `${n}`, Attributes } });
    }
    await eventually('all of it', () => brought > 9 * 1024 * 1024);
    await scene.arrived();
    closing.resolve();
    await eventually('the gap', () => watch.lines.length > 0);
    expect(watch.lines[0]).toBe('reload gap');
    await scene.live('web');
    await eventually('what comes', () => watch.lines.includes('started web'));
    expect(watch.lines).not.toContain('started early-0');
  });

  it('does not when it brought more than may be held before it was joined', async () => {
    await using scene = await Scene.begin(config);
    await scene.anchor();
    const streams: Transform[] = [];
    await using watch = scene.watchThrough(
      streamsThrough((place) => {
        const stream = place === 2 ? preceded(8) : new PassThrough();
        streams.push(stream);
        return stream;
      }),
    );
    await watch.stream.ready;
    await scene.clock.advance(LEASE);
    await eventually('the end of the attempt', () => streams[1]?.destroyed === true);
    await eventually('the end of the attempt', () => status(watch).state === 'streaming');
    expect(status(watch).renewals).toBe(0);
    expect(streams[0]?.destroyed).toBe(false);
    await scene.live('web');
    await told(watch, 'started web');
  });
});
