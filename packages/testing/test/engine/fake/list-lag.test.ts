import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/clock/index.ts';
import { FakeEngine } from '../../../src/engine/index.ts';
import { EngineClient } from '../engine-client.ts';

describe('listLag of the fake engine', () => {
  let clock: ManualClock;
  let engine: FakeEngine;
  let client: EngineClient;
  let id: string;

  beforeEach(async () => {
    clock = new ManualClock();
    engine = await FakeEngine.start({ clock });
    client = new EngineClient(engine.host);
    await engine.networks.create('front');
    await engine.networks.create('back');
    id = await engine.create({ name: 'web', network: 'front' });
    await engine.start(id);
    engine.listLag = 100;
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  /** What a list and an inspect show: the state and the networks. */
  async function shown(): Promise<string> {
    const seen =
      await client.json<{ Id: string; State: string; NetworkSettings: { Networks: object } }[]>(
        '/containers/json?all=1',
      );
    const details = await client.json<{ State: { Status: string }; NetworkSettings: { Networks: object } }>(
      `/containers/${id}/json`,
    );
    const [listed] = seen;
    const networks = Object.keys(listed?.NetworkSettings.Networks ?? {}).join(' ');
    expect(details.State.Status).toBe(listed?.State);
    expect(Object.keys(details.NetworkSettings.Networks).join(' ')).toBe(networks);
    return `${listed?.State} ${networks}`;
  }

  const lastAction = () => engine.published.at(-1)?.Action;

  const changes: [string, string, string, () => Promise<void>][] = [
    ['pause', 'running front', 'paused front', () => engine.pause(id)],
    ['connect', 'running front', 'running front back', () => engine.networks.connect('back', id)],
    ['disconnect', 'running front', 'running ', () => engine.networks.disconnect('front', id)],
    ['die', 'running front', 'exited front', () => engine.exit(id)],
  ];
  it.each(changes)('emits %s before lists and inspects show it', async (action, before, after, change) => {
    await change();
    expect(engine.published.slice(-2).map(({ Action }) => Action)).toContain(action);
    await clock.advance(99);
    expect(await shown()).toBe(before);
    await clock.advance(1);
    expect(await shown()).toBe(after);
  });

  it('emits unpause before lists show it, and saves the pause before', async () => {
    await engine.pause(id);
    await engine.unpause(id);
    expect(lastAction()).toBe('unpause');
    expect(await shown()).toBe('paused front');
    await clock.advance(100);
    expect(await shown()).toBe('running front');
  });

  it('leaves a container that died out of a list of running ones only when it is saved', async () => {
    await engine.exit(id);
    expect(await client.json('/containers/json')).toHaveLength(1);
    await clock.advance(100);
    expect(await client.json('/containers/json')).toHaveLength(0);
  });

  it.each([
    ['start', async () => engine.start(id)],
    ['rename', async () => engine.rename(id, 'other')],
  ])('has saved everything with %s', async (_, act) => {
    await engine.exit(id);
    await act();
    expect(await shown()).toBe(_ === 'start' ? 'running front' : 'exited front');
  });

  it('does not lag in the list of the test itself', async () => {
    await engine.pause(id);
    expect((await engine.list({ all: true }))[0]?.State).toBe('paused');
  });

  it('lists no container after its destroy', async () => {
    await engine.pause(id);
    await engine.remove(id);
    expect(await client.json('/containers/json?all=1')).toEqual([]);
  });

  it('does not lag by default, and accepts a duration alone', async () => {
    await using other = await FakeEngine.start();
    expect(other.listLag).toBe(0);
    expect(() => {
      other.listLag = -1;
    }).toThrow('Invalid option "listLag": expected milliseconds');
  });

  it('leaves no timer when the engine ends', async () => {
    await engine.pause(id);
    await engine[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });
});
