import { type Change, Informer, type InformerOptions } from '@watcher/informer';
import { ManualClock } from '@watcher/testing/clock';
import { FakeEngine } from '@watcher/testing/engine';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ContainerInfo, type ContainersConfig, containers } from '../../src/index.ts';

const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 10_000, interval: 5 });

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine[Symbol.asyncDispose]());

/** Follows the engine until the test is over. */
async function follow(config: ContainersConfig = {}, options: InformerOptions = {}) {
  const errors: string[] = [];
  const informer = new Informer(containers({ host: engine.host, retryInterval: 20, ...config }), {
    onError: ({ code }) => errors.push(code),
    ...options,
  });
  const changes: string[] = [];
  const note = ({ kind, key, before, after }: Change<ContainerInfo>) =>
    changes.push(`${kind} ${key} ${before?.state ?? '-'} ${after?.state ?? '-'}`);
  informer.subscribe({
    added: (after, key) => note({ kind: 'added', key, before: undefined, after }),
    updated: (before, after, key) => note({ kind: 'updated', key, before, after }),
    removed: (before, key) => note({ kind: 'removed', key, before, after: undefined }),
  });
  cleanup.push(() => informer.close());
  await informer.synced;
  return { informer, changes, errors };
}
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0)) await close();
});

const inStore = (informer: Informer<ContainerInfo, never> | Awaited<ReturnType<typeof follow>>['informer']) =>
  [...informer.store.values()].map(({ name, state }) => `${name} ${state}`).sort();

const running = async (name: string, labels: Record<string, string> = {}) => {
  const id = await engine.create({ name, labels });
  await engine.start(id);
  return id;
};

describe('the store of an informer', () => {
  test('has running and paused containers, and with `all` every one', async () => {
    const web = await running('web');
    await engine.create({ name: 'made' });
    const some = await follow();
    const every = await follow({ all: true });
    expect(inStore(some.informer)).toEqual(['web running']);
    expect(inStore(every.informer)).toEqual(['made created', 'web running']);
    await engine.pause(web);
    await eventually(() => expect(inStore(some.informer)).toEqual(['web paused']));
    await engine.unpause(web);
    await engine.kill(web);
    await eventually(() => expect(inStore(some.informer)).toEqual([]));
    await eventually(() => expect(inStore(every.informer)).toEqual(['made created', 'web exited']));
    await engine.remove(web);
    await eventually(() => expect(inStore(every.informer)).toEqual(['made created']));
  });

  test('has only containers with each of the labels', async () => {
    await running('web-a', { tier: 'front', 'proxy.enable': '' });
    await running('web-b', { tier: 'front' });
    await running('web-c', { tier: 'back', 'proxy.enable': '' });
    const { informer } = await follow({ labels: ['tier=front', 'proxy.enable'] });
    expect(inStore(informer)).toEqual(['web-a running']);
    await running('web-d', { tier: 'front', 'proxy.enable': 'true' });
    await running('web-e', { tier: 'fronts', 'proxy.enable': 'true' });
    await eventually(() => expect(inStore(informer)).toEqual(['web-a running', 'web-d running']));
    expect(informer.stats.lists).toBe(1);
  });

  test('is right however far the list lags behind the events', async () => {
    await engine.networks.create('front');
    await engine.networks.create('back');
    const web = await engine.create({ name: 'web', network: 'front' });
    await engine.start(web);
    const { informer } = await follow({}, { resyncInterval: 0 });
    const networks = () => informer.store.get(web)?.networks.map(({ name }) => name);
    for (const listLag of [40, 400]) {
      engine.listLag = listLag;
      await engine.pause(web);
      await eventually(() => expect(inStore(informer)).toEqual(['web paused']));
      await engine.unpause(web);
      await eventually(() => expect(inStore(informer)).toEqual(['web running']));
      await engine.networks.connect('back', web);
      await eventually(() => expect(networks()).toEqual(['back', 'front']));
      await engine.networks.disconnect('back', web);
      await eventually(() => expect(networks()).toEqual(['front']));
      await engine.exit(web);
      await eventually(() => expect(inStore(informer)).toEqual([]));
      await engine.start(web);
      await eventually(() => expect(inStore(informer)).toEqual(['web running']));
    }
    expect(informer.stats.lists).toBe(1);
  });

  test('costs one inspect for an event, and one list in all', async () => {
    for (let i = 0; i < 20; i++) await running(`web-${i}`);
    const { informer } = await follow();
    const before = engine.requests.length;
    await engine.pause('web-7');
    await eventually(() => expect(inStore(informer)).toContain('web-7 paused'));
    const asked = engine.requests.slice(before).map(({ path }) => path.replace(/[0-9a-f]{64}/, 'ID'));
    expect(asked).toEqual(['/containers/ID/json']);
  });

  test('outlives a crash of the engine, and keeps its last state meanwhile', async () => {
    const web = await running('web');
    const { informer } = await follow({ all: true });
    await engine.crash();
    await eventually(() => expect(informer.state).toBe('stale'));
    expect(inStore(informer)).toEqual(['web running']);
    await engine.restart();
    await engine.start(web);
    await engine.rename(web, 'renamed');
    await eventually(() => expect(inStore(informer)).toEqual(['renamed running']));
    expect(informer.state).toBe('current');
  });

  test('leaves nothing open when it is closed', async () => {
    await running('web');
    const { informer } = await follow();
    await informer.close();
    await eventually(() => expect(engine.connections.open).toBe(0));
  });
});

test('inspects reuse the connection of the first list, and none is left after the informer', async () => {
  const ids = [await running('web'), await running('db')];
  const { informer } = await follow();
  const { accepted } = engine.connections;
  for (const change of ['pause', 'unpause', 'pause', 'unpause'] as const) {
    for (const id of ids) {
      await engine[change](id);
      const state = change === 'pause' ? 'paused' : 'running';
      await eventually(() => expect(informer.store.get(id)?.state).toBe(state));
    }
  }
  expect(informer.stats.gets).toBeGreaterThanOrEqual(8);
  expect(engine.connections.accepted - accepted).toBeLessThanOrEqual(1);
  await informer.close();
  await eventually(() => expect(engine.connections.open).toBe(0));
});

describe('a container that is replaced under its name', () => {
  const replace = async (id: string) => {
    await engine.rename(id, 'old_web');
    const next = await engine.create({ name: 'web' });
    await engine.remove(id);
    await engine.start(next);
    return next;
  };

  test('is one update by name', async () => {
    const id = await running('web');
    const { informer, changes } = await follow({ key: 'name' });
    const next = await replace(id);
    await eventually(() => expect(informer.store.get('web')?.id).toBe(next));
    expect(changes).toEqual(['added web - running', 'updated web running running']);
  });

  test('is a removal and an addition by ID', async () => {
    const id = await running('web');
    const { informer, changes } = await follow();
    const next = await replace(id);
    await eventually(() => expect([...informer.store.keys()]).toEqual([next]));
    expect(changes.toSorted()).toEqual(
      [`added ${id} - running`, `added ${next} - running`, `removed ${id} running -`].toSorted(),
    );
  });

  test('by name, a rename is a removal and an addition, and network events find the container', async () => {
    await engine.networks.create('front');
    await engine.networks.create('back');
    const id = await engine.create({ name: 'web', network: 'front' });
    await engine.start(id);
    const { informer } = await follow({ key: 'name' });
    await engine.rename(id, 'shop');
    await eventually(() => expect([...informer.store.keys()]).toEqual(['shop']));
    await engine.networks.connect('back', id);
    await eventually(() => expect(informer.store.get('shop')?.networks).toHaveLength(2));
  });
});

describe('why a container ended', () => {
  const endOf = (informer: Awaited<ReturnType<typeof follow>>['informer'], id: string) => {
    const { exitCode, endReason } = informer.store.get(id) ?? {};
    return { exitCode, endReason };
  };

  test.each([
    ['stopped', 137, (id: string) => engine.stop(id)],
    ['killed', 137, (id: string) => engine.kill(id)],
    ['exited', 3, (id: string) => engine.exit(id, 3)],
    [
      'exited',
      0,
      async (id: string) => {
        await engine.kill(id, 'SIGHUP');
        await engine.exit(id);
      },
    ],
    [
      'out-of-memory',
      137,
      async (id: string) => {
        engine.publish({ Type: 'container', Action: 'oom', Actor: { ID: id, Attributes: { name: 'web' } } });
        await engine.exit(id, 137);
      },
    ],
  ] as const)('is %s with %i', async (endReason, exitCode, end) => {
    const id = await running('web');
    const { informer } = await follow({ all: true });
    expect(endOf(informer, id)).toEqual({ exitCode: undefined, endReason: undefined });
    await end(id);
    await eventually(() => expect(endOf(informer, id)).toEqual({ exitCode, endReason }));
    await engine.start(id);
    await eventually(() =>
      expect(endOf(informer, id)).toEqual({ exitCode: undefined, endReason: undefined }),
    );
  });
});

test('Podman reports health at every probe, and the store changes only with it', async () => {
  await engine[Symbol.asyncDispose]();
  engine = await FakeEngine.start({ dialect: 'podman' });
  const id = await running('web');
  const { informer, changes } = await follow();
  for (let probe = 0; probe < 5; probe++) await engine.setHealth(id, 'healthy');
  await eventually(() => expect(informer.store.get(id)?.health).toBe('healthy'));
  await engine.setHealth(id, 'unhealthy');
  await eventually(() => expect(informer.store.get(id)?.health).toBe('unhealthy'));
  expect(changes).toHaveLength(3);
});

test('an engine that answers and never emits is found by the resync, and reported', async () => {
  const id = await running('web');
  const { informer, errors } = await follow({}, { resyncInterval: 300 });
  await eventually(() => expect(informer.stats.lists).toBeGreaterThan(2)); // the second verifies the first
  engine.faults.silence({ bounded: false });
  await engine.pause(id);
  await eventually(() => expect(inStore(informer)).toEqual(['web paused']));
  await eventually(() => expect(errors).toContain('EVENTS_MISSED'));
  await vi.waitFor(() => expect(informer.stats.lists).toBeGreaterThan(8), { timeout: 10_000 });
  expect(errors.filter((code) => code === 'EVENTS_MISSED')).toHaveLength(1);
});

test('a container without an ID is left out, logged once, and costs no other', async () => {
  const lines: string[] = [];
  const silent = () => {};
  const logger = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (_: unknown, line?: string) => lines.push(line ?? ''),
  };
  engine.faults.respond(
    200,
    JSON.stringify([{ Names: ['/odd'] }, { Id: 'a'.repeat(64), Names: ['/web'], State: 'running' }]),
    {
      path: '/containers/json',
    },
  );
  const source = containers({ host: engine.host, logger });
  const { signal } = new AbortController();
  for (let time = 0; time < 2; time++)
    expect((await source.list(signal)).map(({ name }) => name)).toEqual(['web']);
  expect(lines).toEqual([expect.stringContaining('1 without an ID; they are left out')]);
});

test('a list that is no array, and a refusal, reject', async () => {
  const source = containers({ host: engine.host });
  const { signal } = new AbortController();
  const fault = engine.faults.respond(200, '{"message":"odd"}', { path: '/containers/json' });
  await expect(source.list(signal)).rejects.toMatchObject({ code: 'PROTOCOL' });
  await fault.clear();
  engine.faults.respond(500, '{"message":"no"}', { path: /./ });
  await expect(source.list(signal)).rejects.toMatchObject({ code: 'ENGINE_FAULT' });
  await expect(source.get?.('a'.repeat(64), signal)).rejects.toMatchObject({ code: 'ENGINE_FAULT' });
});

test.each(['id', 'name'] as const)(
  'an inspect that waits for a lock is replaced by a list of its %s',
  async (key) => {
    const id = await running('web.1');
    await running('web-1');
    const source = containers({ host: engine.host, key });
    const { signal } = new AbortController();
    engine.faults.delayHeaders(30_000, { path: /^\/containers\/.*\/json$/ });
    const info = await source.get?.(key === 'id' ? id : 'web.1', signal);
    expect(info).toMatchObject({ id, name: 'web.1', state: 'running' });
    await engine.remove(id);
    expect(await source.get?.(key === 'id' ? id : 'web.1', signal)).toBeUndefined();
  },
);

test('a reference that is no name is not asked for', async () => {
  const source = containers({ host: engine.host });
  const { signal } = new AbortController();
  for (const key of ['', '../info', 'a b', 'x?y', 'x/json#'])
    expect(await source.get?.(key, signal)).toBeUndefined();
  expect(engine.requests).toEqual([]);
});

test.each([
  ['all', 'yes', 'Invalid option "all": expected true or false, got "yes".'],
  ['key', 'label', 'Invalid option "key": expected "id" or "name", got "label".'],
  ['labels', 'tier', 'Invalid option "labels": expected an array of "name" or "name=value", got "tier".'],
  ['labels', ['=x'], 'Invalid option "labels": expected an array of "name" or "name=value", got ["=x"].'],
  ['timeout', -1, 'Invalid option "timeout"'],
  [
    'client',
    { getEvents() {} },
    'Invalid option "client": expected a dockerode instance, with listContainers and getContainer',
  ],
])('rejects %s: %o', (name, value, message) => {
  expect(() => containers({ [name]: value } as ContainersConfig)).toThrow(message);
});

test('a dockerode of the user is asked, and its requests are limited by the timeout', async () => {
  const clock = new ManualClock();
  const client = {
    getEvents: () => new Promise<never>(() => {}),
    listContainers: () => new Promise<never>(() => {}),
    getContainer: () => ({
      inspect: async () => ({ Id: 'a'.repeat(64), Name: '/web', State: { Status: 'running' } }),
    }),
  };
  const source = containers({ client, clock, timeout: 1000 });
  const { signal } = new AbortController();
  expect(await source.get?.('web', signal)).toMatchObject({ name: 'web', state: 'running' });
  const listed = source.list(signal);
  listed.catch(() => {});
  await clock.advance(1000);
  await expect(listed).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(clock.pending).toBe(0);
});
