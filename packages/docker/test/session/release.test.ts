import { getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DockerWatcher, type DockerWatchStream, type EventsRequest } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { LIVENESS, RETRY, Scene, TIMEOUT } from './support.ts';

describe('after an abort nothing is left', () => {
  it.each<[string, (scene: Scene, stream: DockerWatchStream) => Promise<unknown>]>([
    ['at once', async () => {}],
    [
      'while it waits for headers',
      async ({ engine }) => {
        const fault = engine.faults.withholdHeaders();
        await eventually('the request', () => fault.hits > 0);
      },
    ],
    [
      'while the subscription is being proven',
      async ({ engine }) => {
        const fault = engine.faults.delaySubscription(60_000, { bounded: false });
        await eventually('the stream', () => fault.hits > 0);
      },
    ],
    ['while it streams', (_, stream) => stream.ready],
    [
      'while it waits to try again',
      async ({ engine, clock }) => {
        await engine.crash();
        await eventually('the wait', () => clock.delays.includes(RETRY));
      },
    ],
    [
      'while it asks whether the engine is silent, too',
      async ({ engine, clock }, stream) => {
        await stream.ready;
        const fault = engine.faults.withholdHeaders({ bounded: true });
        await clock.advance(LIVENESS);
        await eventually('the question', () => fault.hits > 0);
      },
    ],
    [
      'while the next stream is being made',
      async ({ engine, clock }, stream) => {
        await stream.ready;
        const fault = engine.faults.withholdHeaders({ bounded: false });
        await clock.advance(330_000);
        await eventually('the stream', () => fault.hits > 0);
      },
    ],
  ])('%s', async (_, reach) => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const { engine, clock } = scene;
    const controller = new AbortController();
    const { signal } = controller;
    const stream = new DockerWatcher({ host: engine.host, clock, timeout: TIMEOUT }).events({ signal });
    await reach(scene, stream);
    controller.abort();
    expect(await stream.closed).toEqual({ reason: 'aborted' });
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await engine.faults.clear();
    await eventually('the last socket', () => engine.connections.open === 0);
  });
});

describe('an abort while a stream is being opened', () => {
  const deeds = [0, 1, 2, 3, 4, 6, 8, 12];

  it.each(deeds.flatMap((turns) => [[turns, true] as const, [turns, false] as const]))(
    '%i turns after the answer of a client that heeds none ends the watch all the same; destroy: %s',
    async (turns, hasDestroy) => {
      const controller = new AbortController();
      const bodies: PassThrough[] = [];
      const client = {
        async getEvents({ until }: EventsRequest = {}) {
          const stream = new PassThrough();
          const body = Object.assign(stream, { headers: { date: new Date().toUTCString() } });
          bodies.push(body);
          if (until !== undefined) body.end();
          else void after(turns).then(() => controller.abort());
          return hasDestroy ? body : { headers: body.headers, on: body.on.bind(body) };
        },
      };
      const stream = new DockerWatcher({ client, name: 'engine' }).events({ signal: controller.signal });
      expect(await stream.closed).toEqual({ reason: 'aborted' });
      if (hasDestroy) expect(bodies.every((body) => body.destroyed)).toBe(true);
    },
  );

  async function after(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await undefined;
  }
});

describe('attempts that fail', () => {
  it('leave no listener behind', async () => {
    await using scene = await Scene.begin();
    await scene.anchor();
    const { engine, clock } = scene;
    const { signal } = new AbortController();
    const refused = engine.faults.respond(503, '{"message":"busy"}', { bounded: false });
    const stream = new DockerWatcher({ host: engine.host, clock, timeout: TIMEOUT }).events({ signal });
    for (let attempt = 1; attempt <= 20; attempt++) {
      await eventually('the refusal', () => refused.hits === attempt && clock.delays.includes(RETRY));
      expect(clock.pending).toBe(1);
      await clock.advance(RETRY);
    }
    await stream.close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a thousand reconnects', () => {
  it('leave as many timers, listeners and sockets as there were', { timeout: 60_000 }, async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await scene.anchor();
    const { engine, clock } = scene;
    const { signal } = new AbortController();
    const stream = new DockerWatcher({ host: engine.host, clock, timeout: TIMEOUT }).events({ signal });
    await stream.ready;
    await scene.quiet();
    const count = () => ({
      timers: clock.pending,
      listeners: getEventListeners(signal, 'abort').length,
      resources: process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length,
    });
    const before = count();
    for (let n = 1; n <= 1000; n++) {
      engine.faults.cutStreams();
      await eventually('the loss', () => stream.status.state === 'waiting');
      await clock.advance(RETRY);
      await eventually('the return', () => stream.status.state === 'streaming');
    }
    await scene.quiet();
    await eventually('the last socket', () => count().resources === before.resources);
    expect(count()).toEqual(before);
    expect(stream.status).toMatchObject({ reconnects: 1000, gaps: 0 });
    await stream.close();
  });
});
