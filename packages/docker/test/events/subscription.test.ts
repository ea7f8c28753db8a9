import { PassThrough } from 'node:stream';
import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/events/cursor.ts';
import { Subscription } from '../../src/events/subscription.ts';
import { Requests } from '../../src/history/requests.ts';
import { DockerodeTransport } from '../../src/transport/dockerode-transport.ts';
import { eventually } from '../support/eventually.ts';

describe('a Subscription', () => {
  it('tells of a gap when one comes late and in pieces, behind which a line comes that was seen', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    body.write('a\n');
    await subscription.overlapped;
    subscription.release();
    body.write('dropped\nb\n');
    await eventually('the rest', () => told.length > 1);
    body.write('new\n');
    await eventually('the new', () => told.includes('new'));
    expect(told).toEqual(['dropped', 'gap', 'new']);
  });

  it('tells of none when what is replayed comes live, too', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    body.write('b\nnew\n');
    await subscription.overlapped;
    subscription.release();
    body.write('new\nnewer\n');
    await eventually('the rest', () => told.includes('newer'));
    expect(told).toEqual(['new', 'newer']);
  });

  it('tells of one however much had piled up before what was dropped', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    for (let n = 0; n < 5000; n++) cursor.take(`line ${n}`);
    body.write('line 4998\ndropped\nline 4999\nnew\n');
    await subscription.overlapped;
    await eventually('all', () => subscription.held?.length === 4);
    subscription.release();
    expect(told).toEqual(['gap', 'new']);
  });

  it('tells of none, and of nothing late, when a gap has told of what was dropped already', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    cursor.listed();
    cursor.take('after the gap');
    body.write('a\ndropped\nb\nafter the gap\nnew\n');
    await eventually('all', () => subscription.held?.length === 5);
    subscription.release();
    expect(told).toEqual(['new']);
  });

  it('tells of one when what was dropped came behind all that a gap has told of', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    cursor.listed();
    cursor.take('after the gap');
    body.write('a\nb\ndropped\nafter the gap\nnew\n');
    await eventually('all', () => subscription.held?.length === 5);
    subscription.release();
    expect(told).toEqual(['gap', 'new']);
  });

  it('tells of one only once, whatever brings it again', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    body.write('a\ndropped\nb\nnew\n');
    await eventually('all', () => subscription.held?.length === 4);
    subscription.release();
    expect(told).toEqual(['gap', 'new']);
    expect(cursor.lastListed(['a', 'dropped', 'b', 'new'])).toBe(2);
  });

  it('tells of none when what comes again comes long after its replay', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    body.write('b\n');
    await subscription.overlapped;
    subscription.release();
    body.write(Array.from({ length: 600 }, (_, n) => `new ${n}\n`).join(''));
    body.write('b\nlast\n');
    await eventually('the rest', () => told.includes('last'));
    expect(told).not.toContain('gap');
  });

  it('tells of none when it had dropped none: two that happened at once may change places', async () => {
    const { told, body, subscription } = await begin();
    body.write('a\n');
    await subscription.overlapped;
    subscription.release();
    body.write('late\nb\nnew\n');
    await eventually('the rest', () => told.includes('new'));
    expect(told).toEqual(['late', 'new']);
  });

  it('tells of none when a replay cannot reach back to them any more', async () => {
    const { cursor, told, body, subscription } = await begin();
    cursor.dropped();
    for (let n = 0; n < 40_000; n++) cursor.take(`line ${n}`);
    body.write('line 39500\n');
    await subscription.overlapped;
    subscription.release();
    body.write('late\nline 39501\nnew\n');
    await eventually('the rest', () => told.includes('new'));
    expect(told).toEqual(['late', 'new']);
  });

  it('tells of nothing twice, however much comes by another until it is answered', async () => {
    const { cursor, told, answer, opening } = opened();
    for (let n = 0; n < 2000; n++) cursor.take(`line ${n}`);
    answer.resolve();
    const subscription = await opening;
    subscription.release();
    answer.body.write('a\nb\nline 0\nline 1999\nnew\n');
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
    cursor.take('a');
    cursor.take('b');
    const told: string[] = [];
    const sink = {
      line: (line: string) => told.push(line),
      tooLong: () => expect.unreachable(),
      reload: (reason: string) => told.push(reason),
    };
    const opening = Subscription.open(requests, cursor, sink, new AbortController().signal);
    return { cursor, told, opening, answer: { body, resolve: () => resolve(body) } };
  }
});
