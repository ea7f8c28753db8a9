import { PassThrough } from 'node:stream';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/events/cursor.ts';
import type { EngineMessage } from '../../src/events/message.ts';
import { Subscription } from '../../src/events/subscription.ts';
import { Requests } from '../../src/history/requests.ts';
import { DockerodeTransport } from '../../src/transport/dockerode-transport.ts';
import { eventually } from '../support/eventually.ts';

/** An event of a given name, as an engine writes it. */
function line(name: string, milliseconds = 0): string {
  const event = { Type: 'container', Action: 'start', Actor: { ID: name, Attributes: { name } } };
  return `${JSON.stringify(event).slice(0, -1)},"timeNano":${1_000_000_000_000_000_000n + BigInt(milliseconds) * 1_000_000n}}`;
}

function write(body: PassThrough, ...names: string[]): void {
  body.write(names.map((name) => `${line(name)}\n`).join(''));
}

describe('a Subscription', () => {
  it('tells of a gap when one comes late and in pieces, behind which a line comes that was seen', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    write(body, 'a');
    await subscription.overlapped;
    subscription.release();
    write(body, 'dropped', 'b');
    await eventually('the rest', () => told.length > 1);
    write(body, 'new');
    await eventually('the new', () => told.includes('new'));
    expect(told).toEqual(['dropped', 'gap', 'new']);
  });

  it('tells of none when what is replayed comes live, too', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    write(body, 'b', 'new');
    await subscription.overlapped;
    subscription.release();
    write(body, 'new', 'newer');
    await eventually('the rest', () => told.includes('newer'));
    expect(told).toEqual(['new', 'newer']);
  });

  it('tells of one however much had piled up before what was dropped', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    for (let n = 0; n < 5000; n++) cursor.take(line(`line ${n}`));
    write(body, 'line 4998', 'dropped', 'line 4999', 'new');
    await subscription.overlapped;
    await eventually('all', () => subscription.held?.length === 4);
    subscription.release();
    expect(told).toEqual(['gap', 'new']);
  });

  it('tells of none, and of nothing late, when a gap has told of what was dropped already', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    cursor.listed();
    cursor.take(line('after the gap'));
    write(body, 'a', 'dropped', 'b', 'after the gap', 'new');
    await eventually('all', () => subscription.held?.length === 5);
    subscription.release();
    expect(told).toEqual(['new']);
  });

  it('tells of one when what was dropped came behind all that a gap has told of', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    cursor.listed();
    cursor.take(line('after the gap'));
    write(body, 'a', 'b', 'dropped', 'after the gap', 'new');
    await eventually('all', () => subscription.held?.length === 5);
    subscription.release();
    expect(told).toEqual(['gap', 'new']);
  });

  it('tells of one only once, whatever brings it again', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    write(body, 'a', 'dropped', 'b', 'new');
    await eventually('all', () => subscription.held?.length === 4);
    subscription.release();
    expect(told).toEqual(['gap', 'new']);
    expect(cursor.lastListed(['a', 'dropped', 'b', 'new'].map((name) => line(name)))).toBe(2);
  });

  it('tells of none when what comes again comes long after its replay', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    write(body, 'b');
    await subscription.overlapped;
    subscription.release();
    write(body, ...Array.from({ length: 600 }, (_, n) => `new ${n}`));
    write(body, 'b', 'last');
    await eventually('the rest', () => told.includes('last'));
    expect(told).not.toContain('gap');
  });

  it('tells of none when it had dropped none: two that happened at once may change places', async () => {
    const { told, body, subscription } = await begin();
    write(body, 'a');
    await subscription.overlapped;
    subscription.release();
    write(body, 'late', 'b', 'new');
    await eventually('the rest', () => told.includes('new'));
    expect(told).toEqual(['late', 'new']);
  });

  it('tells of none when a replay cannot reach back to them any more', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    for (let n = 0; n < 40_000; n++) cursor.take(line(`line ${n}`));
    write(body, 'line 39500');
    await subscription.overlapped;
    subscription.release();
    write(body, 'late', 'line 39501', 'new');
    await eventually('the rest', () => told.includes('new'));
    expect(told).toEqual(['late', 'new']);
  });

  it('tells of nothing twice, however much comes by another until it is answered', async () => {
    const { cursor, told, answer, opening } = opened();
    for (let n = 0; n < 2000; n++) cursor.take(line(`line ${n}`));
    answer.resolve();
    const subscription = await opening;
    subscription.release();
    write(answer.body, 'a', 'b', 'line 0', 'line 1999', 'new');
    await eventually('the rest', () => told.includes('new'));
    expect(told).toEqual(['new']);
  });

  /** A subscription that is held, on a cursor that has seen `a` and then `b`. */
  async function begin() {
    const { answer, opening, ...rest } = opened();
    answer.resolve();
    return { ...rest, body: answer.body, subscription: await opening };
  }

  /** One that waits for its answer. */
  function opened() {
    const body = new PassThrough();
    const { promise, resolve } = Promise.withResolvers<PassThrough>();
    const requests = new Requests({
      transport: new DockerodeTransport({ getEvents: () => promise }),
      clock: new ManualClock(),
      timeout: 1000,
      host: 'engine',
    });
    const cursor = new Cursor(0n);
    cursor.take(line('a'));
    cursor.take(line('b'));
    const told: string[] = [];
    const sink = {
      event: (message?: EngineMessage) => void told.push(message?.id ?? 'exec'),
      unreadable: () => expect.unreachable(),
      oversized: () => expect.unreachable(),
      gap: () => void told.push('gap'),
    };
    const opening = Subscription.open(requests, cursor, sink, new AbortController().signal);
    return { cursor, told, opening, answer: { body, resolve: () => resolve(body) } };
  }
});
