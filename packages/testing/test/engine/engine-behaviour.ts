import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError, type TestEngine, type TestNetworks } from '../../src/engine/index.ts';
import { briefly, EngineClient, filters, timestamp, type WireMessage } from './engine-client.ts';

/** Later than anything that an engine has published, and past for none of them. */
const LONG_AGO = '1';

/**
 * What a Docker Engine does, as a suite that the real one and the fake both pass: where they differ, the fake
 * lies.
 */
export function dockerBehaviour(start: () => Promise<TestEngine>): void {
  let engine: TestEngine;
  let client: EngineClient;
  let names = 0;

  beforeAll(async () => {
    engine = await start();
    client = new EngineClient(engine.host);
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const freshName = (prefix = 'box') => `${prefix}-${++names}`;

  /** Makes a container, runs it if asked, and removes it when the test is over. */
  async function container(
    options: { name?: string; labels?: Record<string, string>; running?: boolean } = {},
  ) {
    const { name = freshName(), labels = {}, running = false } = options;
    const id = await engine.create({ name, labels });
    if (running) await engine.start(id);
    return { id, name, [Symbol.asyncDispose]: () => engine.remove(id).catch(() => {}) };
  }

  /** What the engine remembers of one container, its network events included. */
  async function remembered(id: string): Promise<WireMessage[]> {
    const messages = await client.replay({ since: LONG_AGO, until: timestamp(await engineNow()) });
    return messages.filter((message) => isOf(message, id));
  }

  /** The engine's clock, which is later than every event that it has published. */
  async function engineNow(): Promise<bigint> {
    const { SystemTime } = await client.json<{ SystemTime: string }>('/info');
    return nanosOf(SystemTime);
  }

  describe('the events of a container', () => {
    it('tell its life in order, in the words of the engine', async () => {
      await using events = await client.follow();
      const name = freshName();
      const { id } = await container({ name, labels: { tier: 'front' } });
      await engine.start(id);
      await engine.pause(id);
      await engine.unpause(id);
      await engine.rename(id, `${name}-renamed`);
      await engine.stop(id);
      await engine.start(id);
      await engine.kill(id);
      await engine.remove(id);

      const messages = await events.until((message) => isOf(message, id) && message.Action === 'destroy');
      const renamed = { image: 'watcher-test', name: `${name}-renamed`, tier: 'front' };
      const first = { image: 'watcher-test', name, tier: 'front' };
      const network = { container: id, name: 'none', type: 'null' };
      expect(
        messages
          .filter((message) => isOf(message, id))
          .map(({ Type, Action, Actor }) => [`${Type} ${Action}`, Actor.Attributes]),
      ).toEqual([
        ['container create', first],
        ['network connect', network],
        ['container start', first],
        ['container pause', first],
        ['container unpause', first],
        ['container rename', { ...renamed, oldName: `/${name}` }],
        ['container kill', { ...renamed, signal: '9' }],
        ['container die', { ...renamed, exitCode: '137' }],
        ['network disconnect', network],
        ['container stop', renamed],
        ['network connect', network],
        ['container start', renamed],
        ['container kill', { ...renamed, signal: '9' }],
        ['container die', { ...renamed, exitCode: '137' }],
        ['network disconnect', network],
        ['container destroy', renamed],
      ]);
    });

    it('have the fields of the API, in its order', async () => {
      await using box = await container({ running: true });
      const [create, connect] = await remembered(box.id);
      expect(create?.keys).toEqual([
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
      expect(create).toMatchObject({
        status: 'create',
        id: box.id,
        from: 'watcher-test',
        Actor: { ID: box.id },
        scope: 'local',
      });
      expect(connect?.keys).toEqual(['Type', 'Action', 'Actor', 'scope', 'time', 'timeNano']);
      expect(connect?.Actor.ID).toMatch(/^[0-9a-f]{64}$/);
    });

    it('list their attributes by name', async () => {
      await using box = await container({ labels: { zebra: '1', Upper: '2', alpha: '3' } });
      const [create] = await remembered(box.id);
      expect(Object.keys(create?.Actor.Attributes ?? {})).toEqual([
        'Upper',
        'alpha',
        'image',
        'name',
        'zebra',
      ]);
    });

    it('have labels in place of what happened, where these are called the same', async () => {
      const hiding = { exitCode: 'label', signal: 'label', oldName: 'label' };
      await using box = await container({
        labels: { ...hiding, name: 'label', image: 'label' },
        running: true,
      });
      await engine.rename(box.id, `${box.name}-renamed`);
      await engine.kill(box.id);
      const messages = (await remembered(box.id)).filter(({ Type }) => Type === 'container');
      const attributes = (name: string) => ({ ...hiding, name, image: 'watcher-test' });
      expect(messages.map(({ Action, Actor }) => [Action, Actor.Attributes])).toEqual([
        ['create', attributes(box.name)],
        ['start', attributes(box.name)],
        ['rename', attributes(`${box.name}-renamed`)],
        ['kill', attributes(`${box.name}-renamed`)],
        ['die', attributes(`${box.name}-renamed`)],
      ]);
    });

    it('are all of one time in seconds and in nanoseconds, and of different ones', async () => {
      await using box = await container({ running: true });
      const messages = await remembered(box.id);
      for (const { time, nanos } of messages) expect(BigInt(time)).toBe(nanos / 1_000_000_000n);
      const times = messages.map(({ nanos }) => nanos);
      expect(times).toEqual([...new Set(times)].sort((a, b) => (a < b ? -1 : 1)));
    });

    it('say kill, die and destroy when a running one is removed', async () => {
      const { id } = await container({ running: true });
      await engine.remove(id);
      expect((await remembered(id)).map(briefly).slice(3)).toEqual([
        'container kill',
        'container die',
        'network disconnect',
        'container destroy',
      ]);
    });
  });

  describe('a paused container', () => {
    it('is stopped and removed as one that runs', async () => {
      const { id } = await container({ running: true });
      await engine.pause(id);
      await engine.stop(id);
      await engine.start(id);
      await engine.pause(id);
      await engine.remove(id);
      const stopping = ['container kill', 'container die', 'network disconnect'];
      const starting = ['network connect', 'container start', 'container pause'];
      expect((await remembered(id)).map(briefly)).toEqual([
        'container create',
        ...starting,
        ...stopping,
        'container stop',
        ...starting,
        ...stopping,
        'container destroy',
      ]);
    });
  });

  describe('since and until', () => {
    it('without since, nothing is replayed', async () => {
      await using box = await container();
      await using events = await client.follow();
      await engine.start(box.id);
      const [first] = await events.until(({ Action }) => Action === 'start');
      expect(first).toMatchObject({ Action: 'connect' });
    });

    it('since is inclusive, to the nanosecond', async () => {
      await using box = await container({ running: true });
      const [, , start] = await remembered(box.id);
      const nanos = start?.nanos ?? 0n;
      const until = timestamp(nanos);
      expect((await client.replay({ since: timestamp(nanos), until })).map(briefly)).toEqual([
        'container start',
      ]);
      expect(await client.replay({ since: timestamp(nanos - 1n), until: timestamp(nanos - 1n) })).toEqual([]);
      expect(await client.replay({ since: timestamp(nanos + 1n), until: timestamp(nanos + 1n) })).toEqual([]);
    });

    it('a replay goes over into the live stream without a hole', async () => {
      await using box = await container();
      const [create] = await remembered(box.id);
      await using events = await client.follow({ since: timestamp(create?.nanos ?? 0n) });
      await engine.start(box.id);
      const messages = await events.until((message) => isOf(message, box.id) && message.Action === 'start');
      expect(messages.map(briefly)).toEqual(['container create', 'network connect', 'container start']);
    });

    it('`stream=false`, which is a word of Podman, is ignored', async () => {
      await using box = await container();
      await using events = await client.follow({ since: LONG_AGO, stream: 'false' });
      await engine.start(box.id);
      await events.until((message) => isOf(message, box.id) && message.Action === 'start');
      expect(events.ended).toBeUndefined();
    });

    it('an until that has passed ends the stream after the replay', async () => {
      await using box = await container();
      await using events = await client.follow({ since: LONG_AGO });
      await events.until((message) => isOf(message, box.id));
      const [create] = await remembered(box.id);
      const until = timestamp((create?.nanos ?? 0n) - 1n);
      expect((await client.replay({ since: LONG_AGO, until })).some((message) => isOf(message, box.id))).toBe(
        false,
      );
    });

    it('an until of the epoch has passed, and is no bound', async () => {
      await using box = await container();
      for (const query of [{ until: '0' }, { until: '0.0' }, { since: '0', until: '0' }]) {
        const messages = await client.replay(query);
        expect(messages.filter((message) => isOf(message, box.id)).map(briefly)).toEqual([
          'container create',
        ]);
      }
    });

    it('until without since replays everything up to it', async () => {
      await using box = await container();
      const [create] = await remembered(box.id);
      const messages = await client.replay({ until: timestamp(create?.nanos ?? 0n) });
      expect(messages.at(-1)?.Actor.ID).toBe(box.id);
    });

    it('an until that is to come ends the stream then, and what happens before is in it', async () => {
      const until = (await engineNow()) + 700_000_000n;
      await using events = await client.follow({ until: timestamp(until) });
      await using box = await container();
      expect(await events.end()).toBe('end');
      expect(await engineNow()).toBeGreaterThanOrEqual(until);
      expect(events.messages.some((message) => isOf(message, box.id))).toBe(true);
    });

    it.each([
      ['since=20&until=10', 400, '`since` time (20) cannot be after `until` time (10)'],
      ['since=abc', 500, 'strconv.ParseInt: parsing "abc": invalid syntax'],
      ['since=1.', 500, 'strconv.ParseInt: parsing "": invalid syntax'],
      ['until=1.x', 500, 'strconv.ParseInt: parsing "x": invalid syntax'],
      ['since=2023-01-01', 500, 'strconv.ParseInt: parsing "2023-01-01": invalid syntax'],
      ['filters=abc', 500, "invalid character 'a' looking for beginning of value"],
      ['filters={"type":[1]}', 500, expect.any(String)],
      ['filters={"type":"container"}', 500, expect.any(String)],
      ['filters={"type":{"container":1}}', 500, expect.any(String)],
      ['filters={"type":["network"],"event":{"start":true}}', 500, expect.any(String)],
      ['filters=[]', 500, expect.any(String)],
    ])('refuses %s', async (query, status, message) => {
      const answer = await client.ask(`/events?${query}`);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { message }]);
    });

    it('the response to an event query says 200 and JSON, in chunks', async () => {
      const { status, headers } = await client.ask('/events?since=1&until=2');
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    });
  });

  describe('event filters', () => {
    const select = async (fields: Record<string, readonly string[]>, id: string) => {
      const until = timestamp(await engineNow());
      const messages = await client.replay({ since: LONG_AGO, until, filters: filters(fields) });
      return messages.filter((message) => isOf(message, id)).map(briefly);
    };

    it('let through what has all keys and one value of each', async () => {
      await using box = await container({ labels: { a: '1', b: '2' }, running: true });
      expect(await select({ type: ['network'] }, box.id)).toEqual(['network connect']);
      expect(await select({ event: ['start', 'create'] }, box.id)).toEqual([
        'container create',
        'container start',
      ]);
      expect(await select({ type: ['container'], event: ['connect'] }, box.id)).toEqual([]);
      expect(await select({ image: ['watcher-test'], event: ['start'] }, box.id)).toEqual([
        'container start',
      ]);
      expect(await select({ image: ['other'] }, box.id)).toEqual([]);
      expect(await select({ scope: ['swarm'] }, box.id)).toEqual([]);
    });

    it('want every label that is asked for', async () => {
      await using box = await container({ labels: { a: '1', b: 'x=y' } });
      expect(await select({ label: ['a'] }, box.id)).toEqual(['container create']);
      expect(await select({ label: ['a=1', 'b=x=y'] }, box.id)).toEqual(['container create']);
      expect(await select({ label: ['a=1', 'b=other'] }, box.id)).toEqual([]);
      expect(await select({ label: ['c'] }, box.id)).toEqual([]);
    });

    it('ignore a key that is unknown', async () => {
      await using box = await container();
      expect(await select({ nonsense: ['x'] }, box.id)).toEqual(['container create']);
    });

    it('compare a container by the beginning of its name or ID', async () => {
      await using box = await container({ name: freshName('prefix-of') });
      expect(await select({ container: ['prefix-of'] }, box.id)).toEqual(['container create']);
      expect(await select({ container: [box.id.slice(0, 12)] }, box.id)).toEqual(['container create']);
      expect(await select({ container: ['refix-of'] }, box.id)).toEqual([]);
    });

    it('compare the value of one type with the names of every type', async () => {
      await using box = await container({ running: true });
      expect(await select({ network: [box.name] }, box.id)).toEqual(['container create', 'container start']);
    });

    it('take every action as a prefix once health_status is among them', async () => {
      await using box = await container({ running: true });
      expect(await select({ event: ['sta'] }, box.id)).toEqual([]);
      expect(await select({ event: ['sta', 'health_status'] }, box.id)).toEqual(['container start']);
    });

    it('compare with what is not wanted, too, except for types and actions, of which it lets none through', async () => {
      await using box = await container({ labels: { a: '1' }, running: true });
      const chosen = async (choice: object) => {
        const query = {
          since: LONG_AGO,
          until: timestamp(await engineNow()),
          filters: JSON.stringify(choice),
        };
        return (await client.replay(query)).filter((message) => isOf(message, box.id)).map(briefly);
      };
      const all = ['container create', 'network connect', 'container start'];
      expect(await chosen({ type: { container: false } })).toEqual([]);
      expect(await chosen({ type: { container: false, network: true } })).toEqual(['network connect']);
      expect(await chosen({ event: { start: false } })).toEqual([]);
      expect(await chosen({ label: { a: false } })).toEqual(['container create', 'container start']);
      expect(await chosen({ container: { [box.name]: false } })).toEqual([
        'container create',
        'container start',
      ]);
      for (const nothing of [{}, [], null]) expect(await chosen({ type: nothing })).toEqual(all);
    });

    it("take the client's form, where values are keys", async () => {
      await using box = await container();
      const query = {
        since: LONG_AGO,
        until: timestamp(await engineNow()),
        filters: '{"event":{"create":true}}',
      };
      expect((await client.replay(query)).some((message) => isOf(message, box.id))).toBe(true);
    });
  });

  describe('a signal', () => {
    const kill = (id: string, signal: string) =>
      client.ask(`/containers/${id}/kill?${new URLSearchParams({ signal })}`, { method: 'POST' });

    it('of any name that Linux has, or its number, is told of', async () => {
      await using box = await container({ running: true });
      const known = [
        'SIGWINCH',
        'winch',
        '28',
        '+28',
        'SIGCLD',
        'SIGRTMIN',
        'RTMIN+15',
        'RTMAX-14',
        'RTMAX',
        '64',
      ];
      for (const signal of known)
        expect([signal, (await kill(box.id, signal)).status]).toEqual([signal, 204]);
      const told = (await remembered(box.id)).filter(({ Action }) => Action === 'kill');
      expect(told.map(signalOf)).toEqual(['28', '28', '28', '28', '17', '34', '49', '50', '64', '64']);
    });

    it.each(['SIGNONE', 'sigsigwinch', '0', '1.0', '0x1c', ' '])(
      'of no name or number is refused: %j',
      async (signal) => {
        await using box = await container({ running: true });
        const { status, body } = await kill(box.id, signal);
        expect([status, JSON.parse(body)]).toEqual([400, { message: `Invalid signal: ${signal}` }]);
      },
    );

    it('that is none kills', async () => {
      await using box = await container({ running: true });
      expect((await kill(box.id, '')).status).toBe(204);
      expect((await remembered(box.id)).map(briefly)).toContain('container die');
    });
  });

  describe('lists', () => {
    it('show running and paused containers, and the others when all are asked for', async () => {
      await using created = await container();
      await using running = await container({ running: true });
      await using paused = await container({ running: true });
      await engine.pause(paused.id);
      await using exited = await container({ running: true });
      await engine.stop(exited.id);

      const ids = new Set([created.id, running.id, paused.id, exited.id]);
      const states = async (all: boolean) =>
        (await engine.list({ all }))
          .filter(({ Id }) => ids.has(Id))
          .map(({ Names, State }) => [Names, State]);
      expect(await states(true)).toEqual([
        [[`/${exited.name}`], 'exited'],
        [[`/${paused.name}`], 'paused'],
        [[`/${running.name}`], 'running'],
        [[`/${created.name}`], 'created'],
      ]);
      expect(await states(false)).toEqual([
        [[`/${paused.name}`], 'paused'],
        [[`/${running.name}`], 'running'],
      ]);
    });

    it('have the fields of the API', async () => {
      await using box = await container({ labels: { a: '1' }, running: true });
      const [summary] = await engine.list();
      expect(summary).toMatchObject({
        Id: box.id,
        Names: [`/${box.name}`],
        Image: 'watcher-test',
        Labels: { a: '1' },
        Ports: [],
        State: 'running',
        HostConfig: { NetworkMode: 'none' },
        Mounts: [],
      });
      expect(summary?.ImageID).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(summary?.Status).toMatch(/^Up /);
      const { none } = summary?.NetworkSettings.Networks ?? {};
      expect(none?.NetworkID).toMatch(/^[0-9a-f]{64}$/);
      const [create] = await remembered(box.id);
      expect(Math.abs((summary?.Created ?? 0) - (create?.time ?? 0))).toBeLessThanOrEqual(1);
    });

    it.each([
      ['name, as a pattern', (box: Box) => ({ name: [`^/?${box.name}$`] })],
      ['name, in part', (box: Box) => ({ name: [box.name.slice(1)] })],
      ['id, in part', (box: Box) => ({ id: [box.id.slice(0, 12)] })],
      ['label', () => ({ label: ['wanted'] })],
      ['label and value', () => ({ label: ['wanted=yes'] })],
    ])('are filtered by %s', async (_, fields) => {
      await using wanted = await container({ name: freshName('wanted'), labels: { wanted: 'yes' } });
      await using _other = await container();
      const query = new URLSearchParams({ all: '1', filters: filters(fields(wanted)) });
      const found = await client.json<{ Id: string }[]>(`/containers/json?${query}`);
      expect(found.map(({ Id }) => Id)).toEqual([wanted.id]);
    });

    it('are filtered by status, in every state without being asked for all', async () => {
      await using created = await container();
      await using _running = await container({ running: true });
      const query = new URLSearchParams({ filters: filters({ status: ['created'] }) });
      const found = await client.json<{ Id: string }[]>(`/containers/json?${query}`);
      expect(found.map(({ Id }) => Id)).toEqual([created.id]);
    });

    it('are of the newest, in every state, when their number is limited', async () => {
      await using box = await container({ running: true });
      await using newest = await container();
      const list = async (query: string) =>
        (await client.json<{ Id: string }[]>(`/containers/json?${query}`)).map(({ Id }) => Id);
      expect(await list('limit=1')).toEqual([newest.id]);
      expect(await list('limit=2')).toEqual([newest.id, box.id]);
      for (const none of ['0', '-1', '']) expect(await list(`limit=${none}`)).toEqual([box.id]);
      const { status, body } = await client.ask('/containers/json?limit=x');
      expect([status, JSON.parse(body)]).toEqual([
        500,
        { message: 'strconv.Atoi: parsing "x": invalid syntax' },
      ]);
    });

    it('are filtered by the beginning of an ID, and by no other part of it', async () => {
      await using box = await container();
      for (const id of [box.id.slice(8, 24), `^${box.id.slice(0, 12)}`, '']) {
        const query = new URLSearchParams({ all: '1', filters: filters({ id: [id] }) });
        expect(await client.json(`/containers/json?${query}`)).toEqual([]);
      }
    });

    it.each([
      [{ nonsense: ['x'] }, "Invalid filter 'nonsense'"],
      [{ status: ['asleep'] }, "Invalid filter 'status=asleep'"],
    ])('refuse the filter %j', async (fields, message) => {
      const answer = await client.ask(
        `/containers/json?${new URLSearchParams({ filters: filters(fields) })}`,
      );
      expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { message }]);
    });

    it('details of one container say what the list says', async () => {
      await using box = await container({ labels: { a: '1' }, running: true });
      await engine.pause(box.id);
      const details = await client.json<object>(`/containers/${box.name}/json`);
      expect(details).toMatchObject({
        Id: box.id,
        Name: `/${box.name}`,
        State: { Status: 'paused', Running: true, Paused: true, ExitCode: 0 },
        Config: { Image: 'watcher-test', Labels: { a: '1' } },
      });
    });
  });

  describe('networks', () => {
    let networks: TestNetworks;
    beforeAll(() => {
      networks = engine.networks as TestNetworks;
    });

    it('tell of containers that come and go; leaving is said twice', async () => {
      await using events = await client.follow();
      const name = freshName('net');
      const other = freshName('net');
      const network = await networks.create(name);
      const otherNetwork = await networks.create(other);
      const id = await engine.create({ name: freshName(), network: name });
      await engine.start(id);
      await networks.connect(other, id);
      await networks.disconnect(otherNetwork, id);
      await engine.remove(id);
      await networks.remove(network);
      await networks.remove(other);

      const messages = await events.until(
        ({ Action, Actor }) => Action === 'destroy' && Actor.ID === otherNetwork,
      );
      const own = { name, type: 'bridge' };
      const others = { name: other, type: 'bridge' };
      expect(
        messages
          .filter(({ Type }) => Type === 'network')
          .map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes]),
      ).toEqual([
        ['create', network, own],
        ['create', otherNetwork, others],
        ['connect', network, { ...own, container: id }],
        ['connect', otherNetwork, { ...others, container: id }],
        ['disconnect', otherNetwork, { ...others, container: id }],
        ['disconnect', otherNetwork, { ...others, container: id }],
        ['disconnect', network, { ...own, container: id }],
        ['destroy', network, own],
        ['destroy', otherNetwork, others],
      ]);
    });

    it('are in the list of a container', async () => {
      const name = freshName('net');
      const network = await networks.create(name);
      const id = await engine.create({ name: freshName(), network: name });
      await engine.start(id);
      const [summary] = await engine.list();
      expect(summary?.NetworkSettings.Networks).toMatchObject({ [name]: { NetworkID: network } });
      await engine.remove(id);
      await networks.remove(name);
    });

    it('beside `none` there can be no other', async () => {
      await using box = await container({ running: true });
      const name = freshName('net');
      await networks.create(name);
      await expect(networks.connect(name, box.id)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining('private (none) mode'),
      });
      await expect(networks.disconnect(name, box.id)).rejects.toMatchObject({ name: 'EngineError' });
      await networks.remove(name);
      await expect(networks.remove('none')).rejects.toMatchObject({ status: 403 });
    });

    it('with running containers are not removed', async () => {
      const name = freshName('net');
      await networks.create(name);
      const id = await engine.create({ name: freshName(), network: name });
      await engine.start(id);
      await expect(networks.remove(name)).rejects.toMatchObject({
        status: 403,
        message: expect.stringContaining('has active endpoints'),
      });
      await engine.remove(id);
      await networks.remove(name);
    });
  });

  describe('what is refused', () => {
    const refusal = async (act: Promise<unknown>) => {
      const error = await act.then(
        () => undefined,
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(EngineError);
      return error as EngineError;
    };

    it('a name that is taken, for a new container and for a renamed one', async () => {
      await using box = await container();
      await using other = await container();
      const acts = [() => engine.create({ name: box.name }), () => engine.rename(other.id, box.name)];
      for (const act of acts) {
        const error = await refusal(act());
        expect(error.status).toBe(409);
        expect(error.message).toContain(
          `The container name "/${box.name}" is already in use by container "${box.id}"`,
        );
      }
    });

    it('a name that is none', async () => {
      expect((await refusal(engine.create({ name: 'x' }))).status).toBe(400);
      await using box = await container();
      expect((await refusal(engine.rename(box.id, ''))).status).toBe(400);
      const same = await refusal(engine.rename(box.id, box.name));
      expect([same.status, same.message]).toEqual([
        400,
        expect.stringContaining('Renaming a container with the same name as its current name'),
      ]);
    });

    it('a container that does not exist', async () => {
      for (const act of ['start', 'stop', 'kill', 'pause', 'unpause', 'remove'] as const) {
        expect(await refusal(engine[act]('nobody'))).toMatchObject({
          status: 404,
          message: expect.stringContaining('No such container: nobody'),
        });
      }
    });

    it('what does not fit the state', async () => {
      await using box = await container();
      const { id } = box;
      const notRunning = expect.stringContaining(`Container ${id} is not running`);
      expect(await refusal(engine.pause(id))).toMatchObject({ status: 409, message: notRunning });
      expect(await refusal(engine.kill(id))).toMatchObject({ status: 409, message: notRunning });
      await engine.start(id);
      expect(await refusal(engine.unpause(id))).toMatchObject({
        status: 500,
        message: expect.stringContaining(`Container ${id} is not paused`),
      });
      await engine.pause(id);
      expect(await refusal(engine.pause(id))).toMatchObject({
        status: 409,
        message: expect.stringContaining(`Container ${id} is already paused`),
      });
      expect(await refusal(engine.start(id))).toMatchObject({
        status: 409,
        message: expect.stringContaining('cannot start a paused container, try unpause instead'),
      });
    });

    it('removing what runs, unless it is forced', async () => {
      await using box = await container({ running: true });
      const gentle = () => client.ask(`/containers/${box.id}`, { method: 'DELETE' });
      const running = await gentle();
      expect(running.status).toBe(409);
      expect(running.body).toContain(`You cannot remove a running container ${box.id}.`);
      await engine.pause(box.id);
      expect((await gentle()).body).toContain(`You cannot remove a paused container ${box.id}.`);
    });

    it('nothing, where there is nothing to do', async () => {
      await using box = await container();
      await engine.stop(box.id);
      await engine.start(box.id);
      await engine.start(box.id);
      expect((await remembered(box.id)).map(briefly)).toEqual([
        'container create',
        'network connect',
        'container start',
      ]);
    });
  });

  describe('the protocol', () => {
    it.each(['GET', 'HEAD'])('%s /_ping says which API version it speaks', async (method) => {
      const { status, headers, body } = await client.ask('/_ping', { method });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'api-version': '1.41',
        ostype: 'linux',
        server: expect.stringMatching(/^Docker\/20\.10\.\d+/),
        date: expect.stringMatching(/GMT$/),
      });
      expect(body).toBe(method === 'GET' ? 'OK' : '');
    });

    it('paths may begin with a version', async () => {
      await using box = await container();
      const until = timestamp(await engineNow());
      const messages = await client.replay({ since: LONG_AGO, until }, '/v1.41/events');
      expect(messages.some((message) => isOf(message, box.id))).toBe(true);
      expect((await client.ask('/v1.24/_ping')).body).toBe('OK');
    });

    it('a version that it does not serve is refused', async () => {
      const recent = await client.ask('/v1.99/containers/json');
      expect([recent.status, JSON.parse(recent.body)]).toEqual([
        400,
        { message: 'client version 1.99 is too new. Maximum supported API version is 1.41' },
      ]);
      const old = await client.ask('/v1.10/containers/json');
      expect(old.status).toBe(400);
      expect(old.body).toContain('client version 1.10 is too old. Minimum supported API version is 1.12');
    });

    it('a path that there is not is a 404', async () => {
      const answer = await client.ask('/nonsense');
      expect([answer.status, JSON.parse(answer.body)]).toEqual([404, { message: 'page not found' }]);
    });

    it('GET /version tells the API versions it serves', async () => {
      expect(await client.json('/version')).toMatchObject({
        ApiVersion: '1.41',
        MinAPIVersion: '1.12',
        Os: 'linux',
      });
    });

    it('GET /info counts the containers and the listeners', async () => {
      const before = await client.json<Record<string, number>>('/info');
      await using _created = await container();
      await using _running = await container({ running: true });
      await using paused = await container({ running: true });
      await engine.pause(paused.id);
      const after = await client.json<Record<string, number>>('/info');
      const more = (key: string) => (after[key] ?? 0) - (before[key] ?? 0);
      expect(['Containers', 'ContainersRunning', 'ContainersPaused', 'ContainersStopped'].map(more)).toEqual([
        3, 1, 1, 1,
      ]);
    });
  });

  describe('the ring', () => {
    it('remembers the latest 256 events', async () => {
      await using box = await container();
      for (let i = 0; i < 260; i++) await engine.rename(box.id, `${box.name}-${i}`);
      const messages = await client.replay({ since: LONG_AGO, until: timestamp(await engineNow()) });
      expect(messages).toHaveLength(256);
      expect(nameOf(messages.at(0))).toBe(`${box.name}-4`);
      expect(nameOf(messages.at(-1))).toBe(`${box.name}-259`);
    });
  });

  describe('a crash', () => {
    it('breaks the streams, and nobody answers until the restart', async () => {
      await using events = await client.follow();
      await engine.crash();
      expect(await events.end()).toBe('ECONNRESET');
      await expect(client.ask('/_ping')).rejects.toMatchObject({
        code: expect.stringMatching(/ECONNREFUSED|ENOENT/),
      });
      await expect(engine.list()).rejects.toMatchObject({ name: 'EngineError', status: 0 });
      await engine.restart();
      expect((await client.ask('/_ping')).status).toBe(200);
    });

    it('empties the ring; the restart stops what ran, and says so first', async () => {
      await using running = await container({ running: true });
      await using created = await container();
      await using exited = await container({ running: true });
      await engine.stop(exited.id);
      await engine.restart();
      const messages = await client.replay({ since: LONG_AGO, until: timestamp(await engineNow()) });
      expect(messages.map(({ Type, Action, Actor }) => [Type, Action, Actor.ID])).toEqual([
        ['container', 'kill', running.id],
        ['container', 'die', running.id],
        ['container', 'stop', running.id],
      ]);
      const states = new Map((await engine.list({ all: true })).map(({ Id, State }) => [Id, State]));
      expect([running, created, exited].map(({ id }) => states.get(id))).toEqual([
        'exited',
        'created',
        'exited',
      ]);
      await engine.start(running.id);
      expect((await engine.list()).map(({ Id }) => Id)).toEqual([running.id]);
    });
  });
}

interface Box {
  readonly id: string;
  readonly name: string;
}

/** Whether a message is about this container, be it as its actor or as that of its network. */
function isOf({ Actor }: WireMessage, id: string): boolean {
  const { container } = Actor.Attributes;
  return Actor.ID === id || container === id;
}

function nameOf(message: WireMessage | undefined): string | undefined {
  const { name } = message?.Actor.Attributes ?? {};
  return name;
}

function signalOf({ Actor }: WireMessage): string | undefined {
  const { signal } = Actor.Attributes;
  return signal;
}

/** Reads RFC 3339 with any number of decimals. */
function nanosOf(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}
