import { afterEach, describe, expect, it } from 'vitest';
import { FakeEngine, type FakeEngineOptions } from '../../../src/engine/index.ts';
import { briefly, EngineClient, eventually, filters } from '../engine-client.ts';

let engine: FakeEngine | undefined;
afterEach(() => engine?.[Symbol.asyncDispose]());

async function start(options: FakeEngineOptions): Promise<{ engine: FakeEngine; client: EngineClient }> {
  engine = await FakeEngine.start(options);
  return { engine, client: new EngineClient(engine.host) };
}

/** Events of the distant past, up to a moment that has passed. */
const ALL = { since: '1', until: String(Math.ceil(Date.now() / 1000) + 3600) };

describe('API 1.52', () => {
  async function life(path: string, headers: Record<string, string> = {}) {
    const { engine, client } = await start({ dialect: 'docker-1.52' });
    await engine.create({ name: 'web' });
    engine.stepClock(7_200_000);
    const { headers: answered, body } = await client.ask(`${path}?${new URLSearchParams(ALL)}`, { headers });
    return { type: answered['content-type'], body };
  }

  it('has no status, id and from, and another content type', async () => {
    const { type, body } = await life('/events');
    expect(type).toBe('application/jsonl');
    expect(Object.keys(JSON.parse(body))).toEqual(['Type', 'Action', 'Actor', 'scope', 'time', 'timeNano']);
  });

  it('has them for a client of an older version', async () => {
    const { type, body } = await life('/v1.51/events');
    expect(type).toBe('application/json');
    expect(JSON.parse(body)).toMatchObject({ status: 'create', from: 'watcher-test' });
  });

  it.each(['application/json', 'application/x-ndjson', 'application/jsonl'])(
    'writes %s when it is asked to',
    async (type) => {
      const answer = await life('/v1.52/events', { Accept: `text/html, ${type};q=0.9` });
      expect(answer.type).toBe(type);
      expect(answer.body).toMatch(/^\{.*\}\n$/);
    },
  );

  it('writes a JSON sequence when it is asked to, with a record separator before each message', async () => {
    const { type, body } = await life('/events', { Accept: 'application/json-seq' });
    expect(type).toBe('application/json-seq');
    expect([body[0], body.at(-1)]).toEqual(['\u001e', '\n']);
    expect(JSON.parse(body.slice(1))).toMatchObject({ Action: 'create' });
  });

  it('serves no client before 1.44', async () => {
    const { client } = await start({ dialect: 'docker-1.52' });
    const { status, body, headers } = await client.ask('/v1.43/containers/json');
    expect([status, headers['api-version']]).toEqual([400, '1.52']);
    expect(body).toContain('client version 1.43 is too old. Minimum supported API version is 1.44');
  });
});

describe("Podman's own words", () => {
  async function published(act: (engine: FakeEngine, id: string) => Promise<void>) {
    const { engine } = await start({ dialect: 'podman' });
    const id = await engine.create({ name: 'web', labels: { a: 'b' } });
    await engine.start(id);
    const before = engine.publishedCount;
    await act(engine, id);
    return engine.published.slice(before);
  }

  it('say remove for destroy and died for die, and nothing of the signal', async () => {
    const messages = await published((engine, id) => engine.remove(id));
    expect(messages.map(briefly)).toEqual(['container died', 'container cleanup', 'container remove']);
  });

  it('keep the health status in a field of its own', async () => {
    const [message] = await published((engine, id) => engine.setHealth(id, 'healthy'));
    expect(message).toMatchObject({ Action: 'health_status', HealthStatus: 'healthy' });
    const client = new EngineClient(engine?.host ?? '');
    const [read] = await client.replay({
      since: '1',
      stream: 'false',
      filters: filters({ event: ['health_status'] }),
    });
    expect(read).toMatchObject({ Action: 'health_status', HealthStatus: 'healthy' });
    expect(read?.keys.at(-1)).toBe('HealthStatus');
  });

  it('have no word for the text of a command', async () => {
    const messages = await published((engine, id) => engine.exec(id, 'sh -c true'));
    expect(messages.map(({ Action }) => Action)).toEqual(['exec', 'exec_start', 'exec_died']);
  });

  it('an unknown filter key is a 400', async () => {
    const { client } = await start({ dialect: 'podman' });
    const query = new URLSearchParams({ filters: filters({ nonsense: ['x'] }) });
    const { status, body } = await client.ask(`/events?${query}`);
    expect([status, JSON.parse(body)]).toEqual([400, { message: 'nonsense is an invalid filter' }]);
  });

  it('since excludes', async () => {
    const { engine, client } = await start({ dialect: 'podman' });
    for (const timeNano of [5_000_000_000n, 6_000_000_000n])
      engine.publish({ Type: 'test', Action: 'x', timeNano });
    const messages = await client.replay({ since: '5', stream: 'false' });
    expect(messages.map(({ nanos }) => nanos)).toEqual([6_000_000_000n]);
  });
});

describe("Docker's health status and commands", () => {
  it('have their text in the action', async () => {
    const { engine, client } = await start({});
    const id = await engine.create({ name: 'web' });
    await engine.start(id);
    await using events = await client.follow();
    await engine.setHealth(id, 'unhealthy');
    await engine.exec(id, 'sh -c true', 1);
    await eventually(() => events.messages.length === 4, 'four events');
    expect(events.messages.map(({ Action }) => Action)).toEqual([
      'health_status: unhealthy',
      'exec_create: sh -c true',
      'exec_start: sh -c true',
      'exec_die',
    ]);
    expect(events.messages[3]?.Actor.Attributes).toMatchObject({
      exitCode: '1',
      execID: expect.stringMatching(/^\w{64}$/),
    });
  });
});
