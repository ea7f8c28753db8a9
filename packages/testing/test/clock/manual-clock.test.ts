import { delay } from '@watcher/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/clock/index.ts';

describe('ManualClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new ManualClock(1000);
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect([clock.now(), clock.monotonic(), fired]).toEqual([1000, 0, false]);
  });

  it('begins at 2020-01-01 unless it is told otherwise', () => {
    expect(new Date(new ManualClock().now()).toISOString()).toBe('2020-01-01T00:00:00.000Z');
  });

  it('fires timers in the order of their time, and of their making where that is equal', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    for (const [name, at] of [
      ['late', 20],
      ['first', 10],
      ['second', 10],
      ['at once', 0],
    ] as const) {
      clock.setTimeout(() => fired.push(name), at);
    }
    await clock.advance(20);
    expect(fired).toEqual(['at once', 'first', 'second', 'late']);
  });

  it('is at the time of each timer when that fires, by both of its clocks', async () => {
    const clock = new ManualClock(5000);
    const seen: number[][] = [];
    for (const at of [10, 25]) clock.setTimeout(() => seen.push([clock.now(), clock.monotonic()]), at);
    await clock.advance(100);
    expect(seen).toEqual([
      [5010, 10],
      [5025, 25],
    ]);
    expect([clock.now(), clock.monotonic()]).toEqual([5100, 100]);
  });

  it('fires a timer that falls due exactly at the end, and none that is later', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    for (const at of [10, 11]) clock.setTimeout(() => fired.push(at), at);
    await clock.advance(10);
    expect(fired).toEqual([10]);
    expect([clock.pending, clock.next]).toEqual([1, 1]);
  });

  it('sees timers that timers set, at once and by way of promises', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    clock.setTimeout(async () => {
      clock.setTimeout(() => fired.push('set at once'), 5);
      await Promise.resolve();
      await Promise.resolve();
      clock.setTimeout(() => fired.push('set by way of promises'), 4);
    }, 10);
    await clock.advance(15);
    expect(fired).toEqual(['set by way of promises', 'set at once']);
  });

  it('forgets a timer that is cleared, and ignores one that has fired', async () => {
    const clock = new ManualClock();
    let fired = 0;
    const cleared = clock.setTimeout(() => fired++, 10);
    const kept = clock.setTimeout(() => fired++, 10);
    clock.clearTimeout(cleared);
    clock.clearTimeout(cleared);
    await clock.advance(10);
    clock.clearTimeout(kept);
    expect([fired, clock.pending, clock.next]).toEqual([1, 0, undefined]);
  });

  it('holds a delay of core, which an abort ends early and without a trace', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const passed = delay(clock, 1000, controller.signal);
    const aborted = delay(clock, 2000, controller.signal);
    await clock.advance(1000);
    expect(await passed).toBe(true);
    controller.abort();
    expect(await aborted).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('sets the wall clock without time passing', async () => {
    const clock = new ManualClock(5000);
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 10);
    clock.setNow(1_000_000);
    await clock.advance(9);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([1_000_009, 9, false]);
    clock.setNow(0);
    await clock.advance(1);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([1, 10, true]);
  });

  it('advances one after the other when asked twice at once, and never goes back', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    for (const at of [5, 150]) clock.setTimeout(() => seen.push(clock.monotonic()), at);
    await Promise.all([clock.advance(100), clock.advance(10), clock.advance(50)]);
    expect(seen).toEqual([5, 150]);
    expect(clock.monotonic()).toBe(160);
  });

  it('refuses to go back', async () => {
    const clock = new ManualClock();
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
    expect(() => clock.stall(-5)).toThrow(RangeError);
    expect(() => clock.stall(Number.NaN)).toThrow(RangeError);
    expect(clock.monotonic()).toBe(0);
  });

  it('passes on what a callback throws, and can go on after it', async () => {
    const clock = new ManualClock();
    let fired = false;
    clock.setTimeout(() => {
      throw new Error('thrown by a timer');
    }, 10);
    clock.setTimeout(() => {
      fired = true;
    }, 20);
    await expect(clock.advance(100)).rejects.toThrow('thrown by a timer');
    expect([clock.monotonic(), fired]).toEqual([10, false]);
    await clock.advance(10);
    expect(fired).toBe(true);
  });

  it('takes a delay that is less than nothing, or none, for nothing', async () => {
    const clock = new ManualClock();
    let fired = 0;
    clock.setTimeout(() => fired++, -5);
    clock.setTimeout(() => fired++, Number.NaN);
    await clock.advance(0);
    expect(fired).toBe(2);
  });

  it('fires late what became due while it stood still, and not before it goes on', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.monotonic()), 10);
    clock.stall(50);
    expect([clock.monotonic(), fired.length, clock.delays]).toEqual([50, 0, [0]]);
    await clock.advance(0);
    expect(fired).toEqual([50]);
  });

  it('does not go back when it stood still during an advance, and fires what became due by that', async () => {
    const clock = new ManualClock(1000);
    const fired: string[] = [];
    clock.setTimeout(() => clock.stall(100), 5);
    for (const at of [7, 50, 106]) clock.setTimeout(() => fired.push(`${at} at ${clock.monotonic()}`), at);
    await clock.advance(10);
    expect(fired).toEqual(['7 at 105', '50 at 105']);
    expect([clock.now(), clock.monotonic(), clock.delays]).toEqual([1105, 105, [1]]);
  });
});
