import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type DockerClient, DockerWatcher } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { Recorder } from '../support/recorder.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT, told } from './support.ts';
import { clientThrough } from './way.ts';

describe('the question whether the engine is silent, too', () => {
  it.each(['EMFILE', 'ENFILE', 'EAGAIN', 'EAI_AGAIN', 'ENOTFOUND'])(
    'says nothing of a stream that is open when it could not be asked, for %s, which is told',
    async (code) => {
      await using scene = await Scene.begin();
      await scene.anchor();
      const through = clientThrough(scene.engine, {});
      let asked = 0;
      let wanting = false;
      const client: DockerClient = {
        async getEvents(request) {
          if (!wanting) return through.getEvents(request);
          asked++;
          throw Object.assign(new Error(`connect ${code}`), { code });
        },
      };
      const { clock } = scene;
      await using watch = new Recorder(
        new DockerWatcher({ client, clock, name: 'engine', timeout: TIMEOUT }).events(),
      );
      await watch.stream.ready;
      wanting = true;
      await scene.clock.advance(LIVENESS);
      await eventually('the question', () => asked > 0);
      await told(watch, 'error UNREACHABLE');
      await scene.clock.advance(TIMEOUT);
      await scene.live('web');
      await told(watch, 'started web');
    },
  );

  it('is told of again when it is refused again after it was answered', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    for (const isRefused of [true, true, false, true]) await check(scene, isRefused);
    await told(watch, 'error ENGINE_FAULT', 'error ENGINE_FAULT');
  });

  it('is of no use where nothing says what time it is at the engine, which is told, once', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const withoutHeaders = (body: IncomingMessage) => {
      const through = new PassThrough();
      body.on('error', (error) => through.destroy(error));
      return body.pipe(through);
    };
    await using watch = scene.watchThrough({ answer: withoutHeaders });
    await watch.stream.ready;
    await told(watch, 'error PROTOCOL');
    expect(watch.errors[0]?.message).toMatch(/no "Date".*hand on the "headers"/);
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('hides no loss, however many refusals it met', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    for (let n = 0; n < 20; n++) await check(scene, true, `refusal ${n}`);
    watch.take();
    scene.engine.faults.reset();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
  });

  /** Lets the silence last until the engine is asked, and that be answered or refused. */
  async function check(scene: Scene, isRefused: boolean, message = 'busy'): Promise<void> {
    const { engine, clock } = scene;
    await scene.quiet();
    const refusal = isRefused
      ? engine.faults.respond(503, JSON.stringify({ message }), { bounded: true })
      : engine.faults.delayHeaders(0, { bounded: true });
    await clock.advance(LIVENESS);
    await eventually('the question', () => refusal.hits > 0);
    await scene.quiet();
    await refusal.clear();
  }
});
