import { PassThrough } from 'node:stream';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/events/cursor.ts';
import { Subscription } from '../../src/events/subscription.ts';
import { Requests } from '../../src/history/requests.ts';
import { DockerodeTransport } from '../../src/transport/dockerode-transport.ts';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, told } from './support.ts';
import { preceded, startLine, streamsThrough } from './way.ts';

/** What may be held of a subscription that has not been released, in characters. */
const MAX_HELD = 8 * 1024 * 1024;

describe('what comes before a stream is joined to the one before', () => {
  it('is told when it can be held', async () => {
    await using scene = await Scene.begin();
    await using watch = await reconnect(scene, 7);
    await told(watch, 'reload reconnected', ...Array.from({ length: 7 }, (_, n) => `started early-${n}`));
  });

  it('is a gap when it is more than may be held', async () => {
    await using scene = await Scene.begin();
    await using watch = await reconnect(scene, 8);
    await told(watch, 'reload gap');
    await scene.live('web');
    await told(watch, 'started web');
  });

  it('is never held in greater amounts, however much it is', async () => {
    const body = new PassThrough();
    const requests = new Requests({
      transport: new DockerodeTransport({ getEvents: async () => body }),
      clock: new ManualClock(),
      timeout: 1000,
      host: 'engine',
    });
    const told = () => expect.unreachable();
    const sink = { event: told, unreadable: told, oversized: told, gap: told };
    const { signal } = new AbortController();
    const subscription = await Subscription.open(requests, new Cursor(0n), sink, signal);
    let most = 0;
    for (let n = 0; n < 40; n++) {
      body.write(startLine(`early-${n}`));
      await eventually('the line', () => body.readableLength === 0);
      const held = subscription.held?.reduce((length, line) => length + line.length, 0) ?? 0;
      most = Math.max(most, held);
      expect(subscription.overflowed).toBe(n >= 7);
    }
    expect(most).toBeGreaterThan(MAX_HELD / 2);
    expect(most).toBeLessThanOrEqual(MAX_HELD);
    await subscription.close();
  });

  /**
   * A watch that has lost its stream and opens another, which brings `count` events of a little more than a MiB
   * each before the first that was seen before.
   */
  async function reconnect(scene: Scene, count: number) {
    await scene.anchor();
    const watch = scene.watchThrough(
      streamsThrough((place) => (place === 2 ? preceded(count) : new PassThrough())),
    );
    await watch.stream.ready;
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.pass(RETRY);
    return watch;
  }
});
