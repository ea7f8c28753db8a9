import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/clock/index.ts';
import { LISTENER_SLOTS, Listener } from '../../../src/engine/fake/listener.ts';
import { completeMessage, type EngineMessage } from '../../../src/engine/fake/message.ts';

const message = (n: number): EngineMessage =>
  completeMessage({ Type: 'test', Action: String(n) }, () => BigInt(n));

/** A listener whose connection takes `room` more messages at a time. */
function listener(room: number) {
  const clock = new ManualClock();
  const written: string[] = [];
  const connection = { room };
  const subject = new Listener({
    clock,
    include: ({ Action }) => Action !== 'unwanted',
    write: ({ Action }) => {
      written.push(Action);
      return --connection.room > 0;
    },
  });
  const publish = (from: number, to: number) => {
    for (let n = from; n < to; n++) subject.publish(message(n));
  };
  const drain = (more: number) => {
    connection.room = more;
    subject.drained();
  };
  return { subject, clock, written, publish, drain };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

describe('a listener', () => {
  it('is sent everything while its connection takes it', () => {
    const { written, publish } = listener(Number.POSITIVE_INFINITY);
    publish(0, 5000);
    expect(written).toEqual(numbers(0, 5000));
  });

  it('is not sent what it does not want, and that takes no slot', () => {
    const { subject, written } = listener(10);
    subject.publish(completeMessage({ Type: 'test', Action: 'unwanted' }, () => 0n));
    expect(written).toEqual([]);
  });

  it('has 1,024 slots for what its connection does not take', async () => {
    const { subject, clock, written, publish, drain } = listener(1);
    publish(0, 1 + LISTENER_SLOTS);
    expect(written).toEqual(['0']);
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    expect(subject.dropped).toBe(0);
    drain(Number.POSITIVE_INFINITY);
    expect(written).toEqual(numbers(0, 1 + LISTENER_SLOTS));
  });

  it('drops in silence what finds no slot for 100 ms', async () => {
    const { subject, clock, written, publish, drain } = listener(1);
    publish(0, 1 + LISTENER_SLOTS);
    publish(5000, 5010);
    await clock.advance(99);
    expect(subject.dropped).toBe(0);
    publish(6000, 6005);
    await clock.advance(1);
    expect(subject.dropped).toBe(10);
    drain(Number.POSITIVE_INFINITY);
    expect(written).toEqual([...numbers(0, 1 + LISTENER_SLOTS), ...numbers(6000, 6005)]);
    expect(clock.pending).toBe(0);
  });

  it('keeps the order when a slot comes free in time', async () => {
    const { subject, clock, written, publish, drain } = listener(1);
    publish(0, 1 + LISTENER_SLOTS + 20);
    await clock.advance(50);
    drain(15);
    publish(1 + LISTENER_SLOTS + 20, 1 + LISTENER_SLOTS + 30);
    await clock.advance(50);
    expect(subject.dropped).toBe(5);
    drain(Number.POSITIVE_INFINITY);
    expect(written).toEqual([
      ...numbers(0, 1 + LISTENER_SLOTS + 15),
      ...numbers(1 + LISTENER_SLOTS + 20, 1 + LISTENER_SLOTS + 30),
    ]);
  });

  it('is sent a replay whole, whatever its connection takes', () => {
    const { subject, written } = listener(1);
    subject.replay(Array.from({ length: 256 }, (_, n) => message(n)));
    expect(written).toEqual(numbers(0, 256));
  });

  it('leaves no timer when it is closed', () => {
    const { subject, clock, publish } = listener(1);
    publish(0, LISTENER_SLOTS + 10);
    expect(clock.pending).toBe(1);
    subject.close();
    expect(clock.pending).toBe(0);
  });
});
