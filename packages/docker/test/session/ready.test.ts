import { Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { engineTime, LIST_LAG, LIVENESS, RETRY, Scene, TIMEOUT, told } from './support.ts';
import { streamsThrough } from './way.ts';

describe('ready', () => {
  it('waits for an engine that is down, says so once, and is told of no reload when it comes up', async () => {
    await using scene = await Scene.begin();
    await scene.engine.crash();
    await using watch = scene.watch();
    await told(watch, 'error UNREACHABLE');
    await scene.pass(RETRY);
    await scene.pass(RETRY);
    await scene.engine.restart();
    await scene.pass(RETRY);
    await watch.stream.ready;
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('means subscribed, not answered: what happens between the two is not missed', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await using watch = scene.watch();
    let ready = false;
    void watch.stream.ready.then(() => {
      ready = true;
    });
    // The question after the 200 was answered: our place is in the ring, so a replay of it is due, and waited for.
    const { engine } = scene;
    await eventually(
      'the wait for it',
      () => engine.connections.accepted === 6 && engine.connections.open === 1,
    );
    expect(late.hits).toBe(1);
    expect(ready).toBe(false);
    await late.clear();
    await watch.stream.ready;
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('means subscribed, too, when the ring has turned over since the place was taken', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const { engine } = scene;
    const late = engine.faults.delaySubscription(60_000, { bounded: false });
    await using watch = scene.watchThrough({
      request({ until }) {
        if (until !== undefined && late.hits === 1) scene.noise(256); // before it is asked for our place
      },
    });
    let ready = false;
    void watch.stream.ready.then(() => {
      ready = true;
    });
    await eventually('the wait', () => engine.connections.accepted === 6 && engine.connections.open === 1);
    await scene.arrived();
    expect(ready).toBe(false);
    await late.clear();
    await watch.stream.ready;
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('waits behind a proxy that tells a time of its own, which is ahead, and says what that may be', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    let ahead = 3_600_000;
    await using watch = scene.watchThrough({
      answer(body) {
        body.headers.date = new Date(Date.parse(body.headers.date as string) + ahead).toUTCString();
        return body;
      },
    });
    await eventually('the question', () => scene.engine.connections.subscribers === 1);
    await scene.arrived();
    await scene.clock.advance(TIMEOUT);
    await eventually('the error', () => watch.errors.length > 0);
    expect(watch.errors[0]).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('"Date"') });
    ahead = 0;
    await scene.pass(RETRY);
    await watch.stream.ready;
  });

  it('resolves on an engine that never told of anything', async () => {
    await using scene = await Scene.begin();
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is followed by a gap when such an engine turned its ring over before the subscription stood', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await using watch = scene.watch();
    await watch.stream.ready; // nothing was told so far, and so there is nothing that could prove it
    await scene.live('lost');
    scene.noise(256);
    await late.clear();
    await told(watch, 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is followed by a gap all the same when the lease was over before', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap', leaseInterval: LIVENESS / 2 });
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false, times: 1 });
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.live('lost');
    scene.noise(256);
    await scene.clock.advance((LIVENESS / 2) * 1.1);
    await told(watch, 'reload gap');
    await late.clear();
    await scene.live('web');
    await told(watch, 'started web');
  });

  it.each([
    ['is followed by what was missed', 'docker', 'started lost'],
    ['is followed by a gap', 'podman-4.3', 'reload gap'],
  ] as const)(
    '%s when the clock was set back before the subscription stood, on %s',
    async (_, dialect, first) => {
      await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect });
      const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
      await using watch = scene.watch();
      await watch.stream.ready;
      scene.engine.stepClock(-60_000);
      await scene.live('lost'); // before the time that a log is read from
      scene.engine.stepClock(120_000);
      await scene.live('web');
      await late.clear();
      await told(watch, first, 'started web');
    },
  );

  it('is followed by no other gap when what was missed is replayed later', async () => {
    const options = { dialect: 'podman-4.3', clock: engineTime() } as const;
    await using scene = await Scene.begin({ forceReload: 'gap' }, options);
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await using watch = scene.watch();
    await watch.stream.ready;
    scene.engine.stepClock(-1500);
    await scene.live('lost'); // before `since`
    scene.engine.stepClock(300);
    await scene.live('web'); // behind it, and less than a second after the other
    scene.engine.stepClock(2000);
    await late.clear();
    await told(watch, 'reload gap', 'started web');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await scene.live('later');
    await told(watch, 'started later');
  });

  it('is not, when an event of the same nanosecond is still on its way', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    const { engine } = scene;
    const rest = Promise.withResolvers<void>();
    let pieces = 0;
    const halting = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (pieces++ > 0) return void rest.promise.then(() => done(undefined, chunk));
        const end = chunk.indexOf('\n') + 1;
        this.push(chunk.subarray(0, end));
        void rest.promise.then(() => done(undefined, chunk.subarray(end)));
      },
    });
    await using watch = scene.watchThrough(streamsThrough(() => halting));
    await watch.stream.ready;
    await scene.quiet();
    const timeNano = engine.now;
    for (const name of ['one', 'two']) {
      const Actor = { ID: name, Attributes: { name } };
      engine.publish({ Type: 'container', Action: 'start', Actor, timeNano });
    }
    await told(watch, 'started one');
    rest.resolve();
    await told(watch, 'started two');
  });

  it('is not, when its ring held all that came before', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.live('web'); // three events
    scene.noise(252);
    await late.clear();
    await told(watch, 'started web');
    await scene.quiet();
    await scene.live('later');
    await told(watch, 'started later');
  });

  it('reads no more of a log than its end', async () => {
    await using scene = await Scene.begin({}, { dialect: 'podman-4.3' });
    await using watch = await scene.watchAnchored();
    const { now } = scene.engine;
    const asked = scene.engine.requests.filter(({ query }) => query.get('stream') === 'false');
    expect(asked.length).toBeGreaterThan(0);
    for (const { query } of asked) {
      expect(now / 1_000_000_000n - BigInt(Math.trunc(Number(query.get('since'))))).toBeLessThan(3700n);
    }
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('brings no event of before the watch', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('brings events of before it completely, if at all, when the clock of the engine was set back', async () => {
    await using scene = await Scene.begin();
    const id = await scene.live('web');
    scene.engine.stepClock(-3_600_000);
    await scene.engine.exit(id);
    scene.engine.stepClock(LIST_LAG + 2000);
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.live('later');
    await told(watch, 'started web', 'died web', 'started later');
  });

  it.each([
    ['one that it does not know yet', false],
    ['one that it knows', true],
  ])('brings them completely when the replay comes in pieces, the first %s', async (_, isKnown) => {
    await using scene = await Scene.begin({}, { clock: engineTime() });
    if (isKnown) await scene.live('first');
    scene.engine.stepClock(20_000);
    const id = await scene.live('web');
    scene.engine.stepClock(-19_500);
    await scene.engine.exit(id);
    scene.engine.stepClock(LIST_LAG + 2000);
    const rest = Promise.withResolvers<void>();
    let pieces = 0;
    const halting = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (pieces++ > 0) return done(undefined, chunk);
        const end = chunk.indexOf('\n') + 1;
        this.push(chunk.subarray(0, end));
        void rest.promise.then(() => done(undefined, chunk.subarray(end)));
      },
    });
    await using watch = scene.watchThrough(streamsThrough(() => halting));
    await eventually('the first piece', () => pieces > 0 && halting.readableLength === 0);
    await scene.arrived();
    rest.resolve();
    await watch.stream.ready;
    await scene.live('later');
    await told(watch, 'started web', 'died web', 'started later');
  });

  it('brings nothing of before it later, though an event out of turn had hidden it at first', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    const { engine } = scene;
    const start = (name: string, timeNano: bigint) => {
      const Actor = { ID: name, Attributes: { name } };
      return engine.publish({ Type: 'container', Action: 'start', Actor, timeNano });
    };
    const second = engine.now - (engine.now % 1_000_000_000n);
    engine.stepClock(1000 - Number((engine.now - second) / 1_000_000n) + 500); // the middle of a second
    const now = engine.now;
    start('hidden', now);
    start('out-of-turn', now - 800_000_000n); // in the second before: who asks since this one is not shown the other
    start('last', now);
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.live('web');
    await eventually('what came since', () => watch.lines.includes('started web'));
    watch.take();
    engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await scene.live('later');
    await told(watch, 'started later');
  });

  it('misses nothing on an engine so busy that its ring turns over before the subscription stands', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await using watch = scene.watch();
    await eventually('the stream', () => late.hits === 1);
    scene.noise(300);
    await late.clear();
    await watch.stream.ready;
    await scene.live('web');
    await told(watch, 'started web');
  });
});
