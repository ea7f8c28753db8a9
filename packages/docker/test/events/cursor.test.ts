import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/events/cursor.ts';

const line = (n: number, padding = '') => `{"n":${n},"x":"${padding}","timeNano":${1_000_000_000_000 + n}}`;

describe('Cursor', () => {
  it('starts a second before the time it is given while nothing was seen, and not before time began', () => {
    const cursor = new Cursor(5_000_000_000n);
    expect(cursor.anchor).toBeUndefined();
    expect(cursor.since).toBe(4_000_000_000n);
    expect(new Cursor(0n).since).toBe(0n);
  });

  it('resumes a second before the last line, and asks about it to the nanosecond after', () => {
    const cursor = new Cursor(0n);
    cursor.take(line(1));
    cursor.take(line(7));
    expect(cursor.since).toBe(999_000_000_007n);
    expect(cursor.until).toBe(1_000_000_000_008n);
  });

  it('tells lines that a replay brings again from new ones', () => {
    const cursor = new Cursor(0n);
    for (const n of [1, 2, 3]) cursor.take(line(n));
    cursor.replayBegins();
    expect([2, 3, 4].map((n) => cursor.take(line(n)))).toEqual([false, false, true]);
    expect(cursor.anchor).toBe(line(4));
  });

  it('stands where a replay ends, though that line was seen before', () => {
    const cursor = new Cursor(0n);
    cursor.take(line(2));
    cursor.replayBegins();
    cursor.take(line(1));
    cursor.take(line(2));
    expect(cursor.anchor).toBe(line(2));
  });

  it('stands where it stood when a line comes that says no time', () => {
    const cursor = new Cursor(5_000_000_000n);
    cursor.take('no event at all');
    expect(cursor.until).toBe(5_000_000_001n);
    for (let n = 0; n <= 600; n++) cursor.take(line(n));
    cursor.take('no event at all');
    cursor.take('{"neither":"is this"}');
    expect(cursor.since).toBe(999_000_000_600n);
    expect(cursor.until).toBe(1_000_000_000_601n);
  });

  it('tells a replay from news for as many lines after the replay as it remembers', () => {
    const cursor = new Cursor(0n);
    cursor.take(line(0));
    cursor.replayBegins();
    cursor.replayEnded();
    for (let n = 1; n < 512; n++) cursor.take(line(n));
    expect(cursor.take(line(0))).toBe(false);
  });

  it('remembers what two replays side by side have brought until both have ended', () => {
    const cursor = new Cursor(0n);
    cursor.take(line(0));
    cursor.replayBegins();
    cursor.replayBegins();
    cursor.replayEnded();
    for (let n = 1; n < 2000; n++) cursor.take(line(n));
    expect(cursor.take(line(0))).toBe(false);
  });

  it('knows which of the lines an engine names it has not seen', () => {
    const cursor = new Cursor(0n);
    for (const n of [1, 2]) cursor.take(line(n));
    expect(cursor.missing([line(1), line(2), line(3)])).toEqual([line(3)]);
  });

  it('keeps the latest 512 lines and no more', () => {
    const cursor = new Cursor(0n);
    for (let n = 0; n < 600; n++) cursor.take(line(n));
    expect(cursor.has(line(87))).toBe(false);
    expect(cursor.has(line(88))).toBe(true);
  });

  it('knows a long line, and its time, without keeping it', () => {
    const cursor = new Cursor(0n);
    const long = line(7, 'x'.repeat(100_000));
    cursor.take(long);
    expect(cursor.anchor?.length).toBeLessThan(200);
    expect(cursor.since).toBe(999_000_000_007n);
    expect(cursor.has(long)).toBe(true);
    expect(cursor.has(line(7, 'x'.repeat(99_999)))).toBe(false);
  });
});
