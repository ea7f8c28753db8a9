import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, status, told } from './support.ts';

const SAID = 'the journal cannot be read';
const errorObject = `${JSON.stringify({ cause: SAID, message: SAID, response: 500 })}\n`;
const PODMAN = { 'Content-Type': 'application/json', 'Libpod-Api-Version': '5.0.0' };

describe('events of scope swarm', () => {
  const service = (name: string) => ({
    Type: 'service',
    Action: 'create',
    Actor: { ID: name, Attributes: { name } },
    scope: 'swarm',
  });

  it('are no position: a manager that restarts emits them again, and the gap is reported', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    for (let n = 0; n < 10; n++) scene.engine.publish(service(`service-${n}`));
    await scene.arrived();
    await scene.engine.restart();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });

  it('do not hide that the stream after them is seamless', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.publish(service('one'));
    await scene.arrived();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    scene.engine.publish(service('two'));
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('are delivered once where a filter selects them, on an engine that has emitted nothing else, too', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.quiet();
    const Actor = { ID: 'task', Attributes: { name: 'task' } };
    scene.engine.publish({ Type: 'container', Action: 'start', Actor, scope: 'swarm' });
    await told(watch, 'started task');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await told(watch, 'reload gap', 'started task'); // of the last second, before a position that is new
    await scene.live('web');
    await told(watch, 'started web');
  });
});

describe('an error object in the body of a 200', () => {
  it('is ENGINE_FAULT with the words of the engine, and neither ready nor a position', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await scene.anchor();
    const fault = scene.engine.faults.respond(200, errorObject, { path: '/events' }, PODMAN);
    await using watch = scene.watch();
    let isReady = false;
    watch.stream.ready.then(
      () => {
        isReady = true;
      },
      () => {},
    );
    await told(watch, 'error ENGINE_FAULT');
    expect(watch.errors[0]?.message).toContain(SAID);
    for (let attempt = 0; attempt < 3; attempt++) await scene.pass(RETRY);
    await eventually('the next wait', () => scene.clock.delays.includes(RETRY));
    expect(isReady).toBe(false);
    await fault.clear();
    await scene.pass(RETRY);
    await watch.stream.ready;
  });

  it('ends a stream that was open, and what it follows on is resumed', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.inject(errorObject);
    await told(watch, 'error ENGINE_FAULT');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is no error where it is an event of a type that nobody knows', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.publish({ Type: 'frobnicator', Action: 'twist' });
    await scene.arrived();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    scene.noise(256);
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
  });
});

describe('a run of unreadable lines', () => {
  it('is one error and one gap, until a line is readable again', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    for (let n = 0; n < 1000; n++) scene.engine.faults.garbageLine(`no event ${n}`);
    await scene.live('web');
    await told(watch, 'error PROTOCOL', 'reload gap', 'started web');
    scene.engine.faults.garbageLine();
    await told(watch, 'error PROTOCOL', 'reload gap');
  });

  it('that goes on costs one gap more, a second after its last line', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    for (let n = 0; n < 10; n++) scene.engine.faults.garbageLine(`no event ${n}`);
    await told(watch, 'error PROTOCOL', 'reload gap');
    await scene.arrived();
    await scene.clock.advance(1000);
    await told(watch, 'reload gap');
    await scene.clock.advance(5000);
    expect(watch.lines).toEqual([]);
  });

  it('that lasts costs one gap more each ten seconds', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap', livenessInterval: 1_000_000 });
    await using watch = await scene.watchAnchored();
    for (let n = 0; n < 45; n++) {
      scene.engine.faults.garbageLine(`no event ${n}`);
      await scene.arrived();
      await scene.clock.advance(500);
    }
    expect(watch.take()).toEqual(['error PROTOCOL', 'reload gap', 'reload gap', 'reload gap']);
  });

  it('that is left behind when the stream ends is reported before it', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.garbageLine('one');
    scene.engine.faults.garbageLine('two');
    await told(watch, 'error PROTOCOL', 'reload gap');
    await scene.arrived();
    scene.engine.faults.cutStreams();
    await told(watch, 'reload gap', 'error CONNECTION_LOST');
  });
});

describe('a position that cannot be asked for', () => {
  it('is none where a line says a time out of range', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const event = { Type: 'container', Action: 'start', Actor: { ID: 'odd', Attributes: { name: 'odd' } } };
    const line = JSON.stringify(event).slice(0, -1);
    scene.engine.faults.inject(`${line},"time":${'9'.repeat(40)},"timeNano":${'9'.repeat(60)}}\n`);
    await told(watch, 'started odd');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is given up, with a gap, when the engine refuses it and answers otherwise', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await scene.live('one');
    await told(watch, 'started one');
    const { now } = scene.engine;
    const isAbout = (text: string | null) =>
      Number(text) > Number(now / 1_000_000_000n) - 3 && Number(text) > 1;
    scene.engine.faults.respond(400, '{"message":"no such time"}', {
      path: '/events',
      matches: ({ query }) => isAbout(query.get('since')),
    });
    scene.engine.stepClock(60_000);
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.engine.faults.clear();
    scene.engine.faults.respond(400, '{"message":"no such time"}', {
      path: '/events',
      matches: ({ query }) => {
        const since = Number(query.get('since'));
        return since > 1 && since < Number(now / 1_000_000_000n) + 30;
      },
    });
    await scene.engine.create({ name: 'new' });
    scene.engine.stepClock(2000);
    await scene.pass(RETRY);
    await eventually('the refusal', () => watch.lines.length >= 2);
    expect(watch.take()).toEqual(['error REFUSED', 'reload gap']);
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is kept when the engine refuses everything for a while', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const fault = scene.engine.faults.respond(500, '{"message":"not now"}');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await told(watch, 'error ENGINE_FAULT');
    await fault.clear();
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });
});

describe('a log with a damaged line', () => {
  it('is a gap, and events are followed from now on', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { dialect: 'podman-4.3' });
    await using watch = await scene.watchAnchored();
    await scene.live('one');
    await told(watch, 'started one');
    scene.engine.faults.damageLog();
    await scene.engine.restart();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('lost');
    await scene.pass(RETRY); // the replay brings what was there before, and ends
    await told(watch, 'error ENGINE_FAULT', 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await scene.pass(1000); // a subscription without a replay is taken to stand after a second
    await told(watch, 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
    expect(status(watch).gaps).toBe(1);
  });
});
