import { Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MAX_LINE } from '../../src/events/line-splitter.ts';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT, told } from './support.ts';
import { streamsThrough } from './way.ts';

describe('an event too long to be taken', () => {
  it('is an error and a gap once, in its place, though it is replayed at each reconnect', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    await scene.live('one');
    tooLong(scene, 'a');
    await scene.live('two');
    await told(watch, 'started one', 'error PROTOCOL', 'reload gap', 'started two');
    for (let cut = 0; cut < 3; cut++) {
      scene.engine.faults.cutStreams();
      await told(watch, 'error CONNECTION_LOST');
      await scene.pass(RETRY);
      await scene.live(`web-${cut}`);
      await told(watch, `started web-${cut}`);
    }
  });

  it('that came while there was no stream is told after what came before it', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('one');
    tooLong(scene, 'a');
    await scene.live('two');
    await scene.pass(RETRY);
    await told(watch, 'started one', 'error PROTOCOL', 'reload gap', 'started two');
  });

  it('waits for its turn where others are held', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    let brought = 0;
    const count = (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 0x0a) brought++;
      return chunk;
    };
    const counted = () =>
      new Transform({ transform: (chunk, _encoding, done) => done(undefined, count(chunk)) });
    await using watch = scene.watchThrough(streamsThrough(counted));
    await watch.stream.ready;
    await scene.quiet();
    // Until it is answered, nothing shows that the first stream of an engine that was silent has missed nothing.
    const question = scene.engine.faults.withholdHeaders({ bounded: true });
    await scene.live('one');
    await eventually('the question', () => question.hits > 0);
    tooLong(scene, 'a');
    await scene.live('two');
    await eventually('all of it', () => brought === scene.engine.publishedCount);
    expect(watch.lines).toEqual([]);
    await question.clear();
    await told(watch, 'started one', 'error PROTOCOL', 'reload gap', 'started two');
  });

  it('is told from another of the same length', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    tooLong(scene, 'a');
    tooLong(scene, 'b');
    await told(watch, 'error PROTOCOL', 'reload gap', 'error PROTOCOL', 'reload gap');
  });

  it('is a place to resume from', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    tooLong(scene, 'a');
    await told(watch, 'error PROTOCOL', 'reload gap');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'started web');
  });

  it('is old when it stood in the ring before the first stream, and is not told of', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await scene.engine.create({ name: 'before' });
    tooLong(scene, 'a');
    scene.engine.stepClock(1000); // the stream begins a second earlier, and replays it
    await using watch = scene.watch();
    await watch.stream.ready;
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('that the stream does not bring shows that the stream is dead', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const silence = scene.engine.faults.silence({ bounded: false, times: 1 });
    tooLong(scene, 'a');
    scene.engine.stepClock(2000);
    const { accepted } = scene.engine.connections;
    await scene.pass(LIVENESS);
    await eventually('both questions', () => scene.engine.connections.accepted === accepted + 2);
    await scene.quiet();
    await scene.pass(TIMEOUT);
    await told(watch, 'error STREAM_DEAD');
    await silence.clear();
    await scene.pass(RETRY);
    await told(watch, 'error PROTOCOL', 'reload gap');
  });
});

function tooLong({ engine }: Scene, letter: string): void {
  const label = letter.repeat(MAX_LINE);
  engine.publish({
    Type: 'container',
    Action: 'start',
    Actor: { ID: 'c1', Attributes: { name: 'big', label } },
  });
}
