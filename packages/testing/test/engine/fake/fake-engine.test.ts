import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '@watcher/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/clock/index.ts';
import { FakeEngine } from '../../../src/engine/index.ts';
import { EngineClient, eventually, filters, timestamp } from '../engine-client.ts';

describe('the fake engine', () => {
  let engine: FakeEngine;
  let client: EngineClient;

  beforeEach(async () => {
    engine = await FakeEngine.start();
    client = new EngineClient(engine.host);
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  it('publishes a message of any kind as it is given, and fills in the rest', async () => {
    await using events = await client.follow();
    const sent = engine.publish({
      Type: 'volume',
      Action: 'destroy',
      Actor: { ID: 'data', Attributes: { driver: 'local' } },
      timeNano: 1_700_000_000_123_456_789n,
    });
    const [read] = await events.until(() => true);
    expect(sent).toEqual({
      Type: 'volume',
      Action: 'destroy',
      Actor: { ID: 'data', Attributes: { driver: 'local' } },
      scope: 'local',
      timeNano: 1_700_000_000_123_456_789n,
    });
    expect(read).toMatchObject({
      Type: 'volume',
      Action: 'destroy',
      time: 1_700_000_000,
      nanos: sent.timeNano,
    });
  });

  it('keeps what was published, through crashes, up to a bound', async () => {
    await using small = await FakeEngine.start({ keep: 3 });
    for (let i = 0; i < 10; i++) {
      if (i === 8) await small.restart();
      small.publish({ Type: 'test', Action: String(i) });
    }
    expect(small.published.map(({ Action }) => Action)).toEqual(['7', '8', '9']);
    expect(small.publishedCount).toBe(10);
  });

  it('keeps the latest requests, without their version', async () => {
    await client.ask('/v1.41/containers/json?all=1');
    const [request] = engine.requests.slice(-1);
    expect(request).toMatchObject({ method: 'GET', path: '/containers/json', version: '1.41' });
    expect(request?.query.get('all')).toBe('1');
  });

  it('counts connections and subscribers', async () => {
    const { accepted } = engine.connections;
    {
      await using _events = await client.follow();
      expect(engine.connections).toMatchObject({ open: 1, subscribers: 1 });
    }
    await eventually(() => engine.connections.open === 0, 'the connection to close');
    expect(engine.connections.subscribers).toBe(0);
    expect(engine.connections.accepted).toBeGreaterThan(accepted);
  });

  it('drops in silence for a client that does not read, and never waits for it', async () => {
    const clock = new ManualClock();
    await using slow = await FakeEngine.start({ clock });
    const slowClient = new EngineClient(slow.host);
    const response = await slowClient.open('/events');
    await eventually(() => slow.connections.subscribers === 1, 'the subscription');
    const padding = 'x'.repeat(600);
    const total = 10_000;
    for (let i = 0; i < total; i++) slow.publish({ Type: 'test', Action: `${i} ${padding}` });
    await clock.advance(100);
    const { dropped } = slow.connections;
    expect(dropped).toBeGreaterThan(0);

    const received: number[] = [];
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) received.push(Number.parseInt(JSON.parse(line).Action, 10));
    });
    await eventually(() => received.length === total - dropped, 'the rest to be received');
    expect(received).toEqual(Array.from(received, (_, i) => i));
    response.destroy();
  });

  it('publishAll() waits for a client that reads, and nothing is lost to it', async () => {
    await using patient = await FakeEngine.start({ clock: new ManualClock() });
    await using events = await new EngineClient(patient.host).follow();
    const total = 20_000;
    await patient.publishAll(Array.from({ length: total }, (_, i) => ({ Type: 'test', Action: String(i) })));
    await events.until(({ Action }) => Action === String(total - 1));
    expect(events.messages.map(({ Action }) => Number(Action))).toEqual(
      Array.from({ length: total }, (_, i) => i),
    );
    expect(patient.connections.dropped).toBe(0);
  });

  it('publishAll() waits 100 ms, and no longer, for a client that does not read', async () => {
    const clock = new ManualClock();
    await using slow = await FakeEngine.start({ clock });
    const response = await new EngineClient(slow.host).open('/events');
    await eventually(() => slow.connections.subscribers === 1, 'the subscription');
    const large = { Type: 'test', Action: 'x'.repeat(4000) };
    let done = false;
    const publishing = slow.publishAll(Array.from({ length: 2000 }, () => large)).then(() => {
      done = true;
    });
    await eventually(() => clock.pending === 1, 'the publisher to wait');
    expect([done, slow.connections.dropped, clock.next]).toEqual([false, 0, 100]);
    while (!done) await clock.advance(100);
    await publishing;
    expect(slow.publishedCount).toBe(2000);
    expect(clock.monotonic()).toBe(slow.connections.dropped * 100);
    response.destroy();
  });

  it('a process that ends by itself is a die, and nothing before it', async () => {
    const id = await engine.create({ name: 'web' });
    await engine.start(id);
    const before = engine.publishedCount;
    await engine.exit(id, 3);
    const [die] = engine.published.slice(before);
    expect(die).toMatchObject({ Action: 'die', Actor: { Attributes: { exitCode: '3' } } });
    expect((await engine.list({ all: true }))[0]).toMatchObject({
      State: 'exited',
      Status: expect.stringContaining('(3)'),
    });
  });

  it('a signal that does not stop a container only tells of itself', async () => {
    const id = await engine.create({ name: 'web' });
    await engine.start(id);
    const before = engine.publishedCount;
    await engine.kill(id, 'SIGHUP');
    expect(engine.published.slice(before)).toMatchObject([
      { Action: 'kill', Actor: { Attributes: { signal: '1' } } },
    ]);
    expect(await engine.list()).toHaveLength(1);
    await expect(engine.kill(id, 'SIGNONSENSE')).rejects.toMatchObject({ status: 400 });
  });

  it('health is in the list and in the details', async () => {
    const id = await engine.create({ name: 'web' });
    await engine.start(id);
    await engine.setHealth(id, 'healthy');
    expect((await engine.list())[0]?.Status).toContain('(healthy)');
    expect(await client.json(`/containers/${id}/json`)).toMatchObject({
      State: { Health: { Status: 'healthy' } },
    });
  });

  it('its clock can be set, and its events and headers go with it', async () => {
    const before = engine.publish({ Type: 'test', Action: 'before' });
    engine.stepClock(-3_600_000);
    const after = engine.publish({ Type: 'test', Action: 'after' });
    expect(after.timeNano).toBeLessThan(before.timeNano);
    const { headers } = await client.ask('/_ping');
    expect(Math.abs(Date.parse(headers.date ?? '') - (Date.now() - 3_600_000))).toBeLessThan(60_000);
    // From the newest back, the walk stops at the event that the clock has made older: the anchor is not found.
    await using events = await client.follow({ since: timestamp(before.timeNano) });
    engine.publish({ Type: 'test', Action: 'live' });
    const [first] = await events.until(() => true);
    expect(first?.Action).toBe('live');
  });

  it('until goes by its own clock', async () => {
    const clock = new ManualClock();
    await using timed = await FakeEngine.start({ clock });
    const timedClient = new EngineClient(timed.host);
    await using events = await timedClient.follow({ until: String(clock.now() / 1000 + 10) });
    await clock.advance(9_999);
    timed.publish({ Type: 'test', Action: 'in time' });
    await events.until(() => true);
    expect(events.ended).toBeUndefined();
    await clock.advance(1);
    expect(await events.end()).toBe('end');
    await eventually(() => clock.pending === 0, 'no timer to be left');
  });

  it('a client that leaves before `until` leaves no timer', async () => {
    const clock = new ManualClock();
    await using timed = await FakeEngine.start({ clock });
    const timedClient = new EngineClient(timed.host);
    {
      await using _events = await timedClient.follow({ until: String(clock.now() / 1000 + 10) });
      expect(clock.pending).toBe(1);
    }
    await eventually(() => clock.pending === 0, 'the timer to be forgotten');
  });

  it('nothing can be done at an engine that is down', async () => {
    const id = await engine.create({ name: 'web' });
    await engine.crash();
    const down = { name: 'EngineError', status: 0 };
    await expect(engine.start(id)).rejects.toMatchObject(down);
    await expect(engine.create({ name: 'other' })).rejects.toMatchObject(down);
    await expect(engine.list()).rejects.toMatchObject(down);
    expect(() => engine.publish({ Type: 'test', Action: 'x' })).toThrow(/is down/);
  });

  it.each(['socket', 0] as const)('is on the same host after a restart (%s)', async (listen) => {
    await using other = await FakeEngine.start({ listen });
    const { host } = other;
    await other.crash();
    await expect(new EngineClient(host).ask('/_ping')).rejects.toThrow();
    await other.restart();
    expect(other.host).toBe(host);
    expect((await new EngineClient(host).ask('/_ping')).status).toBe(200);
  });

  it('leaves nothing behind when it is disposed: no socket, no folder, no handle', async () => {
    const before = process.getActiveResourcesInfo().length;
    const other = await FakeEngine.start();
    const path = new URL(other.host).pathname;
    const events = await new EngineClient(other.host).follow();
    expect(existsSync(path)).toBe(true);
    await other[Symbol.asyncDispose]();
    await events.end();
    expect(existsSync(dirname(path))).toBe(false);
    await eventually(() => process.getActiveResourcesInfo().length <= before, 'the handles to be released');
    await other[Symbol.asyncDispose]();
  });

  it.each([
    ['dialect', { dialect: 'klingon' as 'docker' }],
    ['keep', { keep: 0 }],
    ['listen', { listen: 70_000 }],
    ['listen', { listen: 'here' as 'socket' }],
  ])('an option that is wrong is refused by name: %s', async (name, options) => {
    await expect(FakeEngine.start(options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`"${name}"`),
    });
  });

  it('takes the system clock when none is given', () => {
    expect(Math.abs(Number(engine.now / 1_000_000n) - systemClock.now())).toBeLessThan(60_000);
  });

  it('a malformed body, and an event filter that is none, are refused and do no harm', async () => {
    const bad = await client.ask('/events?filters=%5B%5D');
    expect(bad.status).toBe(500);
    const good = await client.ask(`/events?since=1&until=2&filters=${encodeURIComponent(filters({}))}`);
    expect(good.status).toBe(200);
  });
});
