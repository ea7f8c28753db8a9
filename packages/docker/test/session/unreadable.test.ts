import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, TIMEOUT, told } from './support.ts';
import { withoutNewlines } from './way.ts';

describe('what cannot be read', () => {
  it.each([
    ['a line that is no JSON', '<html>not what was asked for</html>'],
    ['a line that is JSON and no event', '{"message":"forbidden"}'],
    ['half a line', '{"Type":"container","Action":"sta'],
  ])('is an error and a gap, since it may have been an event: %s', async (_, line) => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.garbageLine(line);
    await told(watch, 'error PROTOCOL', 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is let go of when it is endless, and memory does not grow with it', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.hugeLine(16 * 1024 * 1024);
    await told(watch, 'error PROTOCOL', 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is no matter of how the bytes are cut', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored();
    scene.engine.faults.splitBytes();
    const id = await scene.engine.create({ name: 'wal', labels: { motto: 'größer 🐋' } });
    await scene.engine.start(id);
    await told(watch, 'started wal');
    expect(watch.events[0]?.actorAttributes['motto']).toBe('größer 🐋');
  });
});

describe('a proxy that drops newlines', () => {
  it('delays events by half a second, and loses none', async () => {
    // Other waits are long, since the clock runs ahead of the sockets.
    const long = 86_400_000;
    await using scene = await Scene.begin({ timeout: long, livenessInterval: long, leaseInterval: long });
    await scene.anchor();
    await using watch = scene.watchThrough(withoutNewlines);
    const advanceUntil = async (condition: () => boolean) => {
      while (!condition()) {
        await scene.clock.advance(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    let isReady = false;
    watch.stream.ready.then(() => {
      isReady = true;
    });
    await advanceUntil(() => isReady);
    await scene.live('web');
    await advanceUntil(() => watch.lines.includes('started web'));
    expect(watch.lines).toEqual(['started web']);
  });
});

describe('an engine that does not answer', () => {
  it.each([
    ['headers that never come', 'TIMEOUT', (scene: Scene) => scene.engine.faults.withholdHeaders()],
    ['a 403 whose body never ends', 'REFUSED', (scene: Scene) => scene.engine.faults.respondEndlessly()],
    ['a black hole', 'TIMEOUT', (scene: Scene) => scene.engine.faults.blackHole()],
  ])('does not hang the watcher: %s', async (_, code, fail) => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const fault = fail(scene);
    await using watch = scene.watch();
    await eventually('the request', () => fault.hits > 0);
    for (let passed = 0; passed < TIMEOUT && watch.lines.length === 0; passed += 500)
      await scene.clock.advance(500);
    await told(watch, `error ${code}`);
    await fault.clear();
    await scene.clock.advance(RETRY);
    await watch.stream.ready;
  });
});
