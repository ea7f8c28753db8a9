import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestEngine } from '../../src/engine/index.ts';
import {
  EngineClient,
  eventually,
  Following,
  filters,
  timestamp,
  type WireMessage,
} from './engine-client.ts';

const LONG_AGO = '1';
/** Events that come or do not, as it happens. */
const UNRELIABLE = new Set(['stop', 'cleanup']);

/** What Podman's Docker socket does otherwise than Docker, as a suite that the real one and the fake both pass. */
export function podmanBehaviour(start: () => Promise<TestEngine>): void {
  let engine: TestEngine;
  let client: EngineClient;
  let names = 0;

  beforeAll(async () => {
    engine = await start();
    client = new EngineClient(engine.host);
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const freshName = () => `box-${++names}`;

  /** What Podman remembers of one container, once it remembers `last`. */
  async function remembered(
    id: string,
    last: string,
    query: Record<string, string> = {},
  ): Promise<WireMessage[]> {
    let messages: WireMessage[] = [];
    await eventually(async () => {
      const all = await client.replay({ since: LONG_AGO, stream: 'false', ...query });
      messages = all.filter(({ Actor, Action }) => Actor.ID === id && !UNRELIABLE.has(Action));
      return messages.at(-1)?.Action === last;
    }, `${last} to be remembered`);
    return messages;
  }

  it('a life is told in words of its own', async () => {
    const name = freshName();
    const id = await engine.create({ name, labels: { tier: 'front' } });
    await engine.start(id);
    await engine.pause(id);
    await engine.unpause(id);
    await engine.rename(id, `${name}-renamed`);
    await engine.stop(id);
    await engine.start(id);
    await engine.kill(id);
    await engine.remove(id);

    const image = 'docker.io/library/watcher-test:latest';
    const first = { image, name, tier: 'front', containerExitCode: '0', podId: '' };
    const renamed = { ...first, name: `${name}-renamed` };
    const died = { ...renamed, containerExitCode: '137', exitCode: '137' };
    const messages = await remembered(id, 'remove');
    expect(messages.map(({ Action, Actor }) => [Action, Actor.Attributes])).toEqual([
      ['create', first],
      ['init', first],
      ['start', first],
      ['pause', first],
      ['unpause', first],
      ['rename', renamed],
      ['die', died],
      ['init', renamed],
      ['start', renamed],
      ['kill', renamed],
      ['die', died],
      ['remove', renamed],
    ]);
    expect(messages[0]?.keys).toEqual([
      'status',
      'id',
      'from',
      'Type',
      'Action',
      'Actor',
      'scope',
      'time',
      'timeNano',
    ]);
    expect(messages[0]).toMatchObject({
      status: 'create',
      id,
      from: image,
      Type: 'container',
      scope: 'local',
    });
  });

  it('what is remembered is all that `stream=false` asks for, without since too', async () => {
    const id = await engine.create({ name: freshName() });
    await remembered(id, 'create');
    const messages = await client.replay({ stream: 'false' });
    expect(messages.some(({ Actor }) => Actor.ID === id)).toBe(true);
  });

  it('an until before since is no error, and brings nothing', async () => {
    const { status, body } = await client.ask('/events?since=20&until=10');
    expect([status, body]).toEqual([200, '']);
  });

  it('several labels are alternatives', async () => {
    const tiers = ['front', 'back', 'none'].map((tier) =>
      engine.create({ name: freshName(), labels: { tier } }),
    );
    const [front, back, none] = await Promise.all(tiers);
    for (const id of [front, back, none]) await remembered(id ?? '', 'create');
    const label = filters({ label: ['tier=front', 'tier=back'] });
    const found = (await client.replay({ since: LONG_AGO, stream: 'false', filters: label })).map(
      ({ Actor }) => Actor.ID,
    );
    expect([front, back, none].map((id) => found.includes(id ?? ''))).toEqual([true, true, false]);
  });

  it('a cleanup, where it is told of, has no exit code of its container', async () => {
    const id = await engine.create({ name: freshName() });
    await engine.start(id);
    await engine.kill(id);
    await remembered(id, 'die');
    const all = await client.replay({ since: LONG_AGO, stream: 'false' });
    const cleanups = all.filter(({ Action, Actor }) => Actor.ID === id && Action === 'cleanup');
    for (const { Actor } of cleanups) expect(Actor.Attributes).toMatchObject({ containerExitCode: '0' });
    await engine.remove(id);
  });

  it('a label hides no exit code, whatever it is called', async () => {
    const labels = { exitCode: 'label', containerExitCode: 'label', signal: 'label', oldName: 'label' };
    const name = freshName();
    const id = await engine.create({ name, labels });
    await engine.start(id);
    await engine.kill(id);
    const image = 'docker.io/library/watcher-test:latest';
    const first = { ...labels, image, name, containerExitCode: '0', podId: '' };
    const died = { ...first, containerExitCode: '137', exitCode: '137' };
    const messages = await remembered(id, 'die');
    expect(messages.map(({ Action, Actor }) => [Action, Actor.Attributes])).toEqual([
      ['create', first],
      ['init', first],
      ['start', first],
      ['kill', first],
      ['die', died],
    ]);
    await engine.remove(id);
  });

  it('since excludes, and is read as a floating-point number of seconds', async () => {
    const read = (nanos: bigint) => {
      const time = Number(timestamp(nanos));
      return BigInt(Math.trunc(time)) * 1_000_000_000n + BigInt(Math.trunc((time % 1) * 1e9));
    };
    for (let i = 0; i < 20; i++) {
      const id = await engine.create({ name: freshName() });
      const [create] = await remembered(id, 'create');
      const nanos = create?.nanos ?? 0n;
      for (const off of [-1000n, -1n, 0n, 1n, 1000n]) {
        const messages = await client.replay({ since: timestamp(nanos + off), stream: 'false' });
        const included = messages.some(({ Actor }) => Actor.ID === id);
        expect([nanos, off, included]).toEqual([nanos, off, nanos > read(nanos + off)]);
      }
      await engine.remove(id);
    }
  });

  it('without since, nothing is replayed', async () => {
    const id = await engine.create({ name: freshName() });
    await remembered(id, 'create');
    await using events = new Following(await client.open('/events'));
    await eventually(async () => {
      await engine.rename(id, freshName());
      return events.messages.length > 0;
    }, 'a live event');
    expect(events.messages.every(({ Action }) => Action === 'rename')).toBe(true);
  });

  it('an until that is to come ends the stream then', async () => {
    const id = await engine.create({ name: freshName() });
    const until = BigInt(Date.now() + 700) * 1_000_000n;
    const messages = await client.replay({ since: LONG_AGO, until: timestamp(until) });
    expect(BigInt(Date.now()) * 1_000_000n).toBeGreaterThanOrEqual(until);
    expect(messages.some(({ Actor }) => Actor.ID === id)).toBe(true);
  });

  it('an until that has passed ends the stream at once, wherever the replay has got to, as a rule nowhere', async () => {
    const id = await engine.create({ name: freshName() });
    const [create] = await remembered(id, 'create');
    const until = timestamp((create?.nanos ?? 0n) + 1_000n);
    const times = (messages: readonly WireMessage[]) => messages.map(({ nanos }) => nanos);
    const all = times(await client.replay({ since: LONG_AGO, stream: 'false' }));
    for (const stream of ['true', 'false']) {
      const replayed = times(await client.replay({ since: LONG_AGO, until, stream }));
      expect(replayed).toEqual(all.slice(0, replayed.length));
    }
  });

  it('filters ask for the words of its own, and for whole names', async () => {
    const name = freshName();
    const id = await engine.create({ name, labels: { tier: 'front' } });
    await engine.start(id);
    await engine.remove(id);
    await remembered(id, 'remove');
    const select = async (fields: Record<string, string[]>) => {
      const messages = await client.replay({ since: LONG_AGO, stream: 'false', filters: filters(fields) });
      return messages
        .filter(({ Actor, Action }) => Actor.ID === id && !UNRELIABLE.has(Action))
        .map(({ Action }) => Action);
    };
    expect(await select({ event: ['died'] })).toEqual(['die']);
    expect(await select({ event: ['die', 'destroy'] })).toEqual([]);
    expect(await select({ event: ['remove', 'start'] })).toEqual(['start', 'remove']);
    expect(await select({ container: [name], event: ['create'] })).toEqual(['create']);
    expect(await select({ container: [name.slice(0, -1)] })).toEqual([]);
    expect(await select({ container: [id.slice(0, 12)], event: ['create'] })).toEqual(['create']);
    expect(await select({ label: ['tier=front'], event: ['create'] })).toEqual(['create']);
    expect(await select({ label: ['tier'] })).toEqual([]);
  });

  it('a filter that it does not know is answered with nothing', async () => {
    const query = new URLSearchParams({ since: LONG_AGO, filters: filters({ nonsense: ['x'] }) });
    const { status, body } = await client.ask(`/events?${query}`);
    expect([status, body]).toEqual([200, '']);
  });

  it('lists show the states that Docker has', async () => {
    const create = () => engine.create({ name: freshName() });
    const [created, running, paused, exited] = [
      await create(),
      await create(),
      await create(),
      await create(),
    ];
    for (const id of [running, paused, exited]) await engine.start(id);
    await engine.pause(paused);
    await engine.stop(exited);
    const states = async (all: boolean) =>
      new Map((await engine.list({ all })).map(({ Id, State }) => [Id, State]));
    const all = await states(true);
    expect([created, running, paused, exited].map((id) => all.get(id))).toEqual([
      'created',
      'running',
      'paused',
      'exited',
    ]);
    const shown = await states(false);
    expect([created, running, exited].map((id) => shown.has(id))).toEqual([false, true, false]);
    for (const id of [created, running, paused, exited]) await engine.remove(id);
  });

  it('GET /_ping names the engine', async () => {
    const { headers } = await client.ask('/_ping');
    expect(headers).toMatchObject({ 'api-version': '1.41', server: 'Libpod/4.3.1 (linux)' });
  });

  describe('a crash', () => {
    it('breaks the streams, and nobody answers until the restart', async () => {
      await using events = new Following(await client.open(`/events?since=${LONG_AGO}`));
      await events.until(() => true);
      await engine.crash();
      expect(await events.end()).toBe('ECONNRESET');
      await expect(engine.list()).rejects.toMatchObject({ status: 0 });
      await engine.restart();
      expect((await client.ask('/_ping')).status).toBe(200);
    });

    it('ends no container, and no event is forgotten', async () => {
      const id = await engine.create({ name: freshName() });
      await engine.start(id);
      const before = await remembered(id, 'start');
      await engine.restart();
      expect((await engine.list()).map(({ Id }) => Id)).toContain(id);
      const after = await remembered(id, 'start');
      expect(after.map(({ nanos }) => nanos)).toEqual(before.map(({ nanos }) => nanos));
      await engine.remove(id);
    });
  });
}
