import { formatEvent, isForceReload } from '@watcher/events';
import { describe, expect, it } from 'vitest';
import { DockerWatcher } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import type { Recorder } from '../support/recorder.ts';
import { engineTime, RETRY, Scene, status, told } from './support.ts';
import { LossyWay } from './way.ts';

/** Lets the watcher look so many times whether it is late. */
async function beat({ clock }: Scene, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await clock.advance(BEAT);
}

/** How often the watcher looks whether it is late, in milliseconds, and how late is late. */
const BEAT = 50;
const TOLERANCE = 50;

describe('a process that stood still', () => {
  it('says "gap" when more had piled up than an engine holds for a listener', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE, events: 1025 });
    await told(watch, 'started web', 'reload gap');
  });

  it('says so, too, when it reads before it looks at the clock', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE, events: 1025, readsFirst: true });
    await told(watch, 'started web', 'reload gap');
  });

  it.each([true, false])(
    'says so when the machine was suspended, and its own clock stood still with it (events read first: %s)',
    async (readsFirst) => {
      await using scene = await Scene.begin({ forceReload: 'gap' });
      await using watch = await scene.watchAnchored();
      await standStill(scene, watch, { late: 0, suspended: 60_000, events: 1025, readsFirst });
      await told(watch, 'started web', 'reload gap');
    },
  );

  it('is not what it means when the clock is set by less than a second', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: 0, suspended: 999, events: 1025 });
    await told(watch, 'started web');
  });

  it('says so behind all that had piled up, in the sockets too, since the hole is behind that', async () => {
    // The engine's time is held: it drops none of those that wait for a slot.
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE, events: 4000 });
    await told(watch, 'started web', 'reload gap');
  });

  it('says so within a second, once, when more keeps coming', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE, events: 1025, beats: 0 });
    await told(watch, 'started web');
    for (let beats = 0; beats < 40; beats++) {
      scene.noise(100);
      await scene.arrived();
      await beat(scene, 1);
      if (beats < 1000 / BEAT - 1) expect(watch.lines).toEqual([]);
    }
    await told(watch, 'reload gap');
  });

  it('says so before anything else when the stream ends then', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE, events: 1025, beats: 0 });
    scene.engine.faults.cutStreams();
    await told(watch, 'started web', 'reload gap', 'error CONNECTION_LOST');
  });

  it('says nothing when the engine had room for all', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: 60_000, events: 1024 });
    await told(watch, 'started web');
  });

  it('is not what a timer a little late means', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE - 1, events: 1025 });
    await told(watch, 'started web');
  });

  it('is over once what had piled up was read: what comes later is no sign', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await standStill(scene, watch, { late: TOLERANCE, events: 800 });
    await told(watch, 'started web');
    scene.noise(800);
    await scene.live('later');
    await eventually('the later event', () => watch.lines.length > 0);
    await scene.clock.advance(BEAT);
    expect(watch.take()).toEqual(['started later']);
  });

  it('says so when it stood still over what it was told as the stream opened', async () => {
    await using scene = await Scene.begin({}, { clock: engineTime() });
    await scene.anchor();
    const { engine, clock } = scene;
    const lines: string[] = [];
    await using stream = new DockerWatcher({ host: engine.host, clock }).events();
    stream.subscribe({
      push(event) {
        lines.push(isForceReload(event) ? event.reason : formatEvent(event));
        if (lines.at(-1) !== 'reconnected') return;
        scene.noise(1100);
        clock.stall(TOLERANCE);
      },
    });
    await stream.ready;
    engine.faults.cutStreams();
    await eventually('the loss', () => lines.includes('disconnected'));
    await scene.pass(RETRY);
    await eventually('the return', () => lines.includes('reconnected'));
    await scene.live('web');
    await eventually('the start', () => lines.includes('started web'));
    await beat(scene, 2);
    expect(lines).toEqual(['disconnected', 'reconnected', 'started web', 'gap']);
  });

  it('says so when it stood still while the next stream was made', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    const late = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    await scene.pass(RETRY);
    await eventually('the stream', () => late.hits === 1);
    scene.clock.stall(BEAT + TOLERANCE);
    await scene.clock.advance(0);
    await late.clear();
    await eventually('the stream', () => status(watch).reconnects === 1);
    scene.noise(1100);
    await scene.live('web');
    await told(watch, 'started web');
    await beat(scene, 2);
    await told(watch, 'reload gap');
  });

  it('says so again when a later stream brings what was dropped, in place of it', async () => {
    const way = new LossyWay();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await scene.anchor();
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await standStill(scene, watch, { late: TOLERANCE, events: 1025 });
    await told(watch, 'started web', 'reload gap');
    await way.drop('its start', /"start".*"dropped"/, () => scene.live('dropped'));
    await scene.live('later');
    await told(watch, 'started later');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await told(watch, 'reload gap');
    await scene.live('after');
    await told(watch, 'started after');
  });

  it('says so once of what was dropped before it said so, whatever stream brings it', async () => {
    const way = new LossyWay();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock: engineTime() });
    await scene.anchor();
    await using watch = scene.watchThrough(way);
    await watch.stream.ready;
    await scene.quiet();
    scene.clock.stall(BEAT + TOLERANCE);
    await scene.clock.advance(0);
    scene.noise(1025);
    await scene.live('piled');
    await told(watch, 'started piled');
    await way.drop('its start', /"start".*"dropped"/, () => scene.live('dropped'));
    await scene.live('later');
    await told(watch, 'started later');
    await beat(scene, 2);
    await told(watch, 'reload gap');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.pass(RETRY);
    await scene.live('after');
    await told(watch, 'started after');
  });

  interface Standstill {
    /** By how many milliseconds the next look is late. */
    readonly late: number;
    /** By how many more the wall clock is ahead then. */
    readonly suspended?: number;
    /** How many events are read when it goes on, the last one of a container that starts. */
    readonly events: number;
    /** Events are read before it is looked at the clock. */
    readonly readsFirst?: boolean;
    /** How often it is looked at the clock after that. Default 2: that nothing more comes shows at the second. */
    readonly beats?: number;
  }

  /** Time passes, and then it is looked at the clock, and then at what came meanwhile. */
  async function standStill(
    scene: Scene,
    watch: Recorder,
    { late, suspended = 0, events, readsFirst = false, beats = 2 }: Standstill,
  ): Promise<void> {
    const { engine, clock } = scene;
    const before = engine.publishedCount;
    const silence = engine.faults.silence({ bounded: false });
    const id = await engine.create({ name: 'web' });
    clock.stall(BEAT + late);
    clock.setNow(clock.now() + suspended);
    if (!readsFirst) await clock.advance(0);
    scene.noise(events - (engine.publishedCount - before) - 2);
    await engine.start(id); // two events, the second of them the one that is told
    await silence.clear();
    await eventually('the events', () => watch.lines.includes('started web'));
    await beat(scene, beats);
  }
});
