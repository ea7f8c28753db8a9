import { Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { Recorder } from '../support/recorder.ts';
import { engineTime, Scene, TIMEOUT, told } from './support.ts';
import { streamsThrough } from './way.ts';

/** Milliseconds between two looks whether what was passed over has come. */
const BEAT = 50;

describe('the first events of an engine that had told of nothing', () => {
  it('are told in good time, and without a gap, though it is slow to answer and others follow', async () => {
    const clock = engineTime();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock });
    await using watch = scene.watch();
    await watch.stream.ready;
    const late = scene.engine.faults.delayHeaders(500, { bounded: true });
    await scene.live('web-0');
    for (let n = 1; n <= 3; n++) {
      await eventually('the question', () => late.hits === n);
      await scene.live(`web-${n}`);
      await scene.arrived();
      await clock.advance(500);
      await scene.clock.advance(500);
    }
    await told(watch, 'started web-0', 'started web-1', 'started web-2', 'started web-3');
    expect(late.hits).toBe(3);
  });

  it('are a gap when more came at once than it remembers, though what comes first comes alone', async () => {
    const clock = engineTime();
    await using scene = await Scene.begin({ forceReload: 'gap' }, { clock });
    const standing = scene.engine.faults.delaySubscription(60_000, { bounded: false });
    const rest = Promise.withResolvers<void>();
    await using watch = scene.watchThrough(streamsThrough(() => haltingAfter(3, rest.promise)));
    await watch.stream.ready;
    await scene.live('lost');
    for (let n = 0; n < 90; n++) await scene.live(`web-${n}`);
    const late = scene.engine.faults.delayHeaders(500, { bounded: true });
    await standing.clear();
    await eventually('the question', () => late.hits === 1);
    rest.resolve();
    await scene.arrived();
    await clock.advance(500);
    await eventually('the gap', () => watch.lines.length > 0);
    expect(watch.lines[0]).toBe('reload gap');
    expect(watch.lines).not.toContain('started lost');
  });

  it('are none when one of two that happened at once comes behind the other', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    const way = new Withholding('"second"');
    await using watch = scene.watchThrough(streamsThrough(() => way));
    await begin(scene, watch);
    await scene.pass(BEAT);
    expect(watch.lines).toEqual([]);
    way.push(way.withheld);
    await scene.arrived();
    await scene.pass(BEAT);
    await told(watch, 'started first', 'started third', 'started second');
  });

  it('are one when it does not come at all', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = scene.watchThrough(streamsThrough(() => new Withholding('"second"')));
    await begin(scene, watch);
    for (let passed = 0; passed <= 2000 + TIMEOUT && watch.lines.length === 0; passed += BEAT)
      await scene.pass(BEAT);
    await told(watch, 'reload gap', 'started first', 'started third');
  });

  async function begin(scene: Scene, { stream }: Recorder): Promise<void> {
    await stream.ready;
    await scene.quiet();
    for (const name of ['first', 'second', 'third']) {
      const Actor = { ID: name, Attributes: { name } };
      scene.engine.publish({ Type: 'container', Action: 'start', Actor });
    }
  }
});

/** Keeps back the lines with `text` in them. */
class Withholding extends Transform {
  withheld = '';
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: undefined, text: string) => void,
  ): void {
    const lines = chunk.toString('utf8').split(/(?<=\n)/);
    const isKept = (line: string) => !line.includes(this.#text);
    this.withheld += lines.filter((line) => !isKept(line)).join('');
    done(undefined, lines.filter(isKept).join(''));
  }
}

/** Lets through so many lines, and the rest when it may. */
function haltingAfter(count: number, rest: Promise<void>): Transform {
  let left = count;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let end = 0;
      for (; left > 0 && end < chunk.length; left--) end = chunk.indexOf('\n', end) + 1;
      if (end > 0) this.push(chunk.subarray(0, end));
      void rest.then(() => done(undefined, chunk.subarray(end)));
    },
  });
}
