import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LIST_LAG, RETRY, Scene, TIMEOUT, told } from './support.ts';

describe('a lost connection, with forceReload "always"', () => {
  it('is an error, a reload "disconnected", and a reload "reconnected" once the stream is open again', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('ended by the other side is the same', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    scene.engine.faults.endStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
  });

  it('brings what happened meanwhile after the reload, in order and once', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    await scene.live('one');
    await told(watch, 'started one');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    const id = await scene.live('two');
    await scene.engine.exit(id);
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected', 'started two', 'died two');
  });

  it('to an engine that was restarted is a reload "gap", since its memory is gone', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    await scene.engine.crash();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.engine.restart();
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('says a fault that lasts once, and "disconnected" once, however often it is retried', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    await scene.engine.crash();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.pass(RETRY);
    await told(watch, 'error UNREACHABLE');
    await scene.pass(RETRY);
    await scene.pass(RETRY);
    await scene.engine.restart();
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('is not mended by an answer alone: a stream that ends at once is retried no faster', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutAfterTime(0);
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    const { accepted } = scene.engine.connections;
    for (let attempt = 0; attempt < 5; attempt++) await scene.pass(RETRY);
    // An attempt opens a stream and asks a few questions; a storm would be hundreds.
    expect(scene.engine.connections.accepted - accepted).toBeLessThanOrEqual(5 * 8);
  });
});

describe('a lost connection, with forceReload "gap"', () => {
  it('says nothing but the error where nothing was lost', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('says nothing on a quiet stream, however often it is cut', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    for (let cut = 0; cut < 10; cut++) {
      scene.engine.faults.endStreams();
      await told(watch, 'error CONNECTION_LOST');
      await scene.pass(RETRY);
      await scene.live(`web-${cut}`);
      await told(watch, `started web-${cut}`);
    }
  });

  it('says "gap" when the engine was restarted', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await scene.engine.crash();
    await told(watch, 'error CONNECTION_LOST');
    await scene.engine.restart();
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('says "gap" when events that nobody selected pushed our place out of the ring', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('lost');
    scene.noise(256);
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('says nothing when they filled the ring but for our place', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    const before = scene.engine.publishedCount;
    await scene.live('web');
    scene.noise(255 - (scene.engine.publishedCount - before));
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('says "gap", once, when the clock of the engine was set back', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    scene.engine.stepClock(-3_600_000);
    await scene.live('lost');
    scene.engine.stepClock(LIST_LAG + 2000);
    await scene.pass(RETRY);
    await eventually('the stream, and the question', () => scene.engine.connections.subscribers === 2);
    await scene.arrived();
    await scene.pass(TIMEOUT); // what is asked up to our place is answered when the clock gets there
    await told(watch, 'reload gap', 'started lost');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('says nothing when the next stream opens and brings nothing: another is opened', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    const deaf = scene.engine.faults.silence({ bounded: false, times: 1 });
    await scene.live('web');
    await scene.pass(RETRY);
    await eventually('the stream', () => deaf.hits === 1);
    await scene.quiet();
    await scene.pass(TIMEOUT);
    await told(watch, 'error TIMEOUT');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it.each(['podman', 'podman-4.3'] as const)(
    'is seamless on %s, whose `since` excludes, and its `until` too or more than that',
    async (dialect) => {
      await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect });
      await using watch = await scene.watchAnchored();
      scene.engine.faults.cutStreams();
      await told(watch, 'error CONNECTION_LOST');
      await scene.live('web');
      await scene.pass(RETRY);
      await told(watch, 'started web');
    },
  );

  it('is seamless on a log that has gone on at length: what is asked of it has no other end', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect: 'podman-4.3' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('web');
    scene.noise(1000);
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is seamless behind a proxy that tells a time of its own, which is behind', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await scene.anchor();
    await using watch = scene.watchThrough({
      answer(body) {
        body.headers.date = new Date(Date.parse(body.headers.date as string) - 3_600_000).toUTCString();
        return body;
      },
    });
    await watch.stream.ready;
    const { engine } = scene;
    engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    const late = engine.faults.delaySubscription(60_000, { bounded: false });
    await scene.live('web');
    const { accepted } = engine.connections;
    await scene.pass(RETRY);
    // The stream, the engine's time as the proxy has it, and our place, which the engine has.
    await eventually(
      'the answers',
      () => engine.connections.accepted === accepted + 3 && engine.connections.open === 1,
    );
    await scene.arrived();
    await late.clear();
    await told(watch, 'started web');
  });

  it.each([1, 24, 2000])('says nothing on a log whose last line is %i hours old', async (hours) => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect: 'podman-4.3' });
    await scene.anchor();
    scene.engine.stepClock(hours * 3_600_000);
    await using watch = scene.watch();
    await watch.stream.ready;
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('tells events of one nanosecond apart: none is lost, none comes twice', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const timeNano = scene.engine.now;
    const start = (name: string) =>
      scene.engine.publish({
        Type: 'container',
        Action: 'start',
        Actor: { ID: name, Attributes: { name } },
        timeNano,
      });
    start('one');
    start('two');
    await told(watch, 'started one', 'started two');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    start('three');
    await scene.pass(RETRY);
    await told(watch, 'started three');
  });

  it('brings an event that stands in the ring before our place, but never reached us', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const now = scene.engine.now;
    const start = (name: string, timeNano: bigint) =>
      scene.engine.publish({
        Type: 'container',
        Action: 'start',
        Actor: { ID: name, Attributes: { name } },
        timeNano,
      });
    start('later', now + 1000n);
    await told(watch, 'started later');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    start('earlier', now);
    await scene.pass(RETRY);
    await told(watch, 'started earlier');
  });

  it('says "gap" on an engine that never told of anything: a restart could not be seen', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = scene.watch();
    await watch.stream.ready;
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
  });
});
