import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/clock/index.ts';
import { FakeEngine } from '../../src/engine/index.ts';
import { EngineClient, eventually, type Following } from './engine-client.ts';

describe.each([
  ['a Unix socket', 'socket'],
  ['a port', 0],
] as const)('faults of a fake engine on %s', (_, listen) => {
  let engine: FakeEngine;
  let client: EngineClient;
  let clock: ManualClock;

  beforeEach(async () => {
    clock = new ManualClock();
    engine = await FakeEngine.start({ listen, clock });
    client = new EngineClient(engine.host);
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  const ping = () => client.ask('/_ping');
  const publish = (Action: string) => engine.publish({ Type: 'test', Action });
  const actions = ({ messages }: Following) => messages.map(({ Action }) => Action);

  /** Starts a request and waits until the engine has it. */
  async function asked<T>(ask: () => Promise<T>): Promise<Promise<T>[]> {
    const before = engine.requests.length;
    const answer = ask();
    answer.catch(() => {});
    await eventually(() => engine.requests.length > before, 'the engine to receive a request');
    return [answer];
  }

  /** Whether a promise is still pending after everything has had its turn, several times over. */
  async function isPending(promise: Promise<unknown> | undefined): Promise<boolean> {
    let pending = true;
    const settled = () => {
      pending = false;
    };
    promise?.then(settled, settled);
    await turns();
    return pending;
  }

  /** Lets everything run that waits for nothing but its turn. */
  async function turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  describe('at once', () => {
    it('reset() breaks every connection, and new ones are taken', async () => {
      await using events = await client.follow();
      engine.faults.reset();
      expect(await events.end()).toBe('ECONNRESET');
      expect((await ping()).status).toBe(200);
    });

    it('endStreams() ends event streams as a server does that is done', async () => {
      await using events = await client.follow();
      publish('first');
      await events.until(() => true);
      engine.faults.endStreams();
      expect(await events.end()).toBe('end');
      expect(engine.connections.subscribers).toBe(0);
    });

    it('endStreams() and cutStreams() leave nothing behind that a later event, or a later end, could stumble over', async () => {
      await using events = await client.follow();
      engine.faults.endStreams();
      publish('too late');
      engine.faults.endStreams();
      engine.faults.cutStreams();
      expect(await events.end()).toBe('end');
      expect(actions(events)).toEqual([]);
    });

    it('cutStreams() cuts event streams after what was sent, and nothing else', async () => {
      await using events = await client.follow();
      publish('first');
      engine.faults.cutStreams();
      expect(await events.end()).toBe('ECONNRESET');
      expect(actions(events)).toEqual(['first']);
    });

    it('garbageLine() sends a line that is no JSON, between the others', async () => {
      const lines = await readLines(await client.open('/events'), async () => {
        publish('before');
        engine.faults.garbageLine('not { json');
        publish('after');
        engine.faults.endStreams();
      });
      expect(lines).toEqual([
        expect.stringContaining('before'),
        'not { json',
        expect.stringContaining('after'),
        '',
      ]);
    });

    it('hugeLine() sends one line of that size', async () => {
      const lines = await readLines(await client.open('/events'), async () => {
        engine.faults.hugeLine(3_000_000);
        publish('after');
        engine.faults.endStreams();
      });
      expect(lines.map(({ length }) => length)).toEqual([3_000_000, expect.any(Number), 0]);
    });

    it('inject() sends text as it is', async () => {
      const lines = await readLines(await client.open('/events'), async () => {
        engine.faults.inject('{"half":');
        engine.faults.inject('"a line"}\n');
        engine.faults.endStreams();
      });
      expect(lines).toEqual(['{"half":"a line"}', '']);
    });

    /** Waits until the stream is subscribed, acts, and reads to the end. */
    async function readLines(response: IncomingMessage, act: () => Promise<void>): Promise<string[]> {
      await eventually(() => engine.connections.subscribers === 1, 'the subscription');
      const body = text(response);
      await act();
      return (await body).split('\n');
    }
  });

  describe('until cleared', () => {
    it('refuse() refuses connections, and leaves open ones alone', async () => {
      await using events = await client.follow();
      const fault = await engine.faults.refuse();
      await expect(ping()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      publish('still heard');
      await events.until(({ Action }) => Action === 'still heard');
      await fault.clear();
      expect((await ping()).status).toBe(200);
    });

    it('refuse() outlasts a restart', async () => {
      const fault = await engine.faults.refuse();
      await engine.restart();
      await expect(ping()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await fault.clear();
      expect((await ping()).status).toBe(200);
    });

    it('blackHole() answers nothing, and open streams bring nothing', async () => {
      await using events = await client.follow();
      publish('before');
      await events.until(({ Action }) => Action === 'before');
      const fault = engine.faults.blackHole();
      const [answer] = await asked(ping);
      publish('in the dark');
      expect(await isPending(answer)).toBe(true);
      expect(actions(events)).toEqual(['before']);
      await fault.clear();
      expect((await answer)?.status).toBe(200);
      await events.until(({ Action }) => Action === 'in the dark');
    });

    it('silence() keeps streams open that bring nothing, also later ones, and answers the rest', async () => {
      await using early = await client.follow();
      const fault = engine.faults.silence();
      await using late = await client.follow();
      publish('unheard');
      expect((await ping()).status).toBe(200);
      expect([actions(early), actions(late), early.ended, late.ended]).toEqual([
        [],
        [],
        undefined,
        undefined,
      ]);
      expect(fault.hits).toBe(2);
      await fault.clear();
      await early.until(({ Action }) => Action === 'unheard');
      await late.until(({ Action }) => Action === 'unheard');
    });

    it.each([
      ['two silence()', () => [engine.faults.silence(), engine.faults.silence()]],
      ['a silence() and a blackHole()', () => [engine.faults.silence(), engine.faults.blackHole()]],
      ['a blackHole() and a silence()', () => [engine.faults.blackHole(), engine.faults.silence()]],
    ])('of %s, each lasts until it is cleared', async (_, begin) => {
      await using events = await client.follow();
      const [first, second] = begin();
      publish('unheard');
      await first?.clear();
      await first?.clear();
      publish('unheard too');
      await turns();
      expect(actions(events)).toEqual([]);
      await second?.clear();
      await events.until(({ Action }) => Action === 'unheard too');
      expect(actions(events)).toEqual(['unheard', 'unheard too']);
    });

    it('a silent stream does not bring its end either', async () => {
      await using events = await client.follow();
      const fault = engine.faults.silence();
      publish('unheard');
      engine.faults.endStreams();
      expect((await ping()).status).toBe(200);
      expect([actions(events), events.ended]).toEqual([[], undefined]);
      await fault.clear();
      expect(await events.end()).toBe('end');
      expect(actions(events)).toEqual(['unheard']);
    });

    it('a stream that is silent for long loses what has no room, as one that is not read', async () => {
      await using events = await client.follow();
      const fault = engine.faults.silence();
      for (let i = 0; i < 1100; i++) publish(String(i));
      expect(engine.connections.dropped).toBe(0);
      await clock.advance(100);
      expect(engine.connections.dropped).toBe(1100 - 1024 - 1);
      await fault.clear();
      await events.until(({ Action }) => Action === '1024');
      publish('last');
      await events.until(({ Action }) => Action === 'last');
      expect(actions(events)).toEqual([...Array.from({ length: 1025 }, (_, i) => String(i)), 'last']);
    });

    it('delayHeaders() delays them by that long', async () => {
      engine.faults.delayHeaders(500);
      const [answer] = await asked(ping);
      await clock.advance(499);
      expect(await isPending(answer)).toBe(true);
      await clock.advance(1);
      expect((await answer)?.status).toBe(200);
    });

    it('withholdHeaders() sends them when it is cleared, if anybody is still there', async () => {
      const fault = engine.faults.withholdHeaders({ path: '/events' });
      expect((await ping()).status).toBe(200);
      const [stays] = await asked(() => client.open('/events'));
      expect(await isPending(stays)).toBe(true);
      await fault.clear();
      const response = await stays;
      expect(response?.statusCode).toBe(200);
      response?.destroy();
    });

    it('delaySubscription() sends the headers, and what happens before the subscription is not told', async () => {
      engine.faults.delaySubscription(1000);
      const response = await client.open('/events');
      const body = text(response);
      publish('between headers and subscription');
      await eventually(() => clock.pending === 1, 'the subscription to wait');
      await clock.advance(1000);
      await eventually(() => engine.connections.subscribers === 1, 'the subscription');
      publish('after the subscription');
      engine.faults.endStreams();
      expect((await body).match(/"Action":"[^"]*"/g)).toEqual(['"Action":"after the subscription"']);
    });

    it('respond() answers with that status, body and headers', async () => {
      engine.faults.respond(503, 'come back later', {}, { 'Retry-After': '7' });
      const { status, body, headers } = await ping();
      expect([status, body, headers['retry-after']]).toEqual([503, 'come back later', '7']);
    });

    it('respondEndlessly() sends a status, and a body that begins and does not end', async () => {
      const fault = engine.faults.respondEndlessly(403, 'began', { path: '/events' });
      const response = await client.open('/events');
      let received = '';
      let ended = false;
      response.setEncoding('utf8').on('data', (chunk) => {
        received += chunk;
      });
      response.once('close', () => {
        ended = true;
      });
      await eventually(() => received === 'began', 'the beginning of the body');
      expect(response.statusCode).toBe(403);
      expect((await ping()).status).toBe(200);
      await fault.clear();
      expect(ended).toBe(false);
      response.destroy();
    });

    it('cutRequests() breaks the connection before an answer', async () => {
      engine.faults.cutRequests({ path: '/_ping' });
      await expect(ping()).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await client.ask('/version')).status).toBe(200);
    });

    it('cutAfterBytes() cuts each stream after exactly so many bytes', async () => {
      engine.faults.cutAfterBytes(10);
      for (let i = 0; i < 2; i++) {
        const response = await client.open('/events');
        await eventually(() => engine.connections.subscribers === 1, 'the subscription');
        let received = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          received += chunk;
        });
        const broken = new Promise((resolve) => response.once('error', resolve));
        publish('cut short');
        expect(await broken).toMatchObject({ code: 'ECONNRESET' });
        expect(received).toBe('{"Type":"t');
      }
    });

    it('cutAfterBytes() counts from when it began on a stream that was open', async () => {
      await using events = await client.follow();
      publish('before');
      await events.until(() => true);
      const line = '{"Type":"test","Action":"after 1","Actor":{"ID":"","Attributes":{}},"scope":"local"'
        .length;
      engine.faults.cutAfterBytes(line * 2);
      publish('after 1');
      publish('after 2');
      expect(await events.end()).toBe('ECONNRESET');
      expect(actions(events)).toEqual(['before', 'after 1']);
    });

    it('cutAfterTime() cuts open streams, and later ones as long after they began', async () => {
      await using early = await client.follow();
      const fault = engine.faults.cutAfterTime(1000);
      await clock.advance(600);
      await using late = await client.follow();
      await clock.advance(399);
      expect(early.ended).toBeUndefined();
      await clock.advance(1);
      expect(await early.end()).toBe('ECONNRESET');
      expect(late.ended).toBeUndefined();
      await clock.advance(600);
      expect(await late.end()).toBe('ECONNRESET');
      await fault.clear();
      expect(clock.pending).toBe(0);
    });

    it('cutAfterTime() forgets a stream whose client leaves', async () => {
      engine.faults.cutAfterTime(1000);
      {
        await using _events = await client.follow();
        expect(clock.pending).toBe(1);
      }
      await eventually(() => clock.pending === 0, 'the timer to be forgotten');
    });

    it('cutAfterTime() cuts nothing once it is cleared', async () => {
      await using events = await client.follow();
      const fault = engine.faults.cutAfterTime(1000);
      await fault.clear();
      expect(clock.pending).toBe(0);
      await clock.advance(2000);
      publish('alive');
      await events.until(({ Action }) => Action === 'alive');
    });

    it('splitBytes() sends lines and characters in pieces of one byte', async () => {
      engine.faults.splitBytes();
      const response = await client.open('/events');
      await eventually(() => engine.connections.subscribers === 1, 'the subscription');
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      publish('Ü😀');
      engine.faults.endStreams();
      await new Promise((resolve) => response.once('end', resolve));
      expect(pieces.every(({ length }) => length === 1)).toBe(true);
      expect(Buffer.concat(pieces).toString()).toContain('"Action":"Ü😀"');
    });
  });

  describe('their reach', () => {
    it('a path, or a pattern of paths, is all that a fault meets', async () => {
      engine.faults.respond(500, 'no', { path: '/version' });
      engine.faults.respond(501, 'no', { path: /^\/containers/ });
      const statuses = ['/v1.41/version', '/version', '/containers/json', '/containers/x/json', '/info'];
      expect(await Promise.all(statuses.map(async (path) => (await client.ask(path)).status))).toEqual([
        500, 500, 501, 501, 200,
      ]);
    });

    it('a number of times, after which it is over', async () => {
      const fault = engine.faults.respond(500, 'no', { times: 2 });
      expect([(await ping()).status, (await ping()).status, (await ping()).status]).toEqual([500, 500, 200]);
      expect(fault.hits).toBe(2);
    });

    it('faults come one after the other, in the order in which they began', async () => {
      engine.faults.delayHeaders(100);
      engine.faults.respond(500, 'late and wrong');
      const [answer] = await asked(ping);
      expect(await isPending(answer)).toBe(true);
      await clock.advance(100);
      expect((await answer)?.body).toBe('late and wrong');
    });

    it('clear() ends all of them', async () => {
      await engine.faults.refuse();
      engine.faults.respond(500, 'no');
      engine.faults.splitBytes();
      await engine.faults.clear();
      expect((await ping()).status).toBe(200);
    });

    it('`await using` ends one with its block', async () => {
      {
        await using _fault = engine.faults.respond(500, 'no');
        expect((await ping()).status).toBe(500);
      }
      expect((await ping()).status).toBe(200);
    });

    it('a client that leaves is forgotten by the fault that held it', async () => {
      engine.faults.delayHeaders(1000);
      const response = client.open('/events');
      response.catch(() => {});
      await eventually(() => clock.pending === 1, 'the delay');
      engine.faults.reset();
      await expect(response).rejects.toMatchObject({ code: 'ECONNRESET' });
      await eventually(() => clock.pending === 0, 'the delay to be forgotten');
      expect(engine.connections.open).toBe(0);
    });
  });
});
