import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Clock, delay, systemClock } from '../src/index.ts';

describe('delay', () => {
  test('resolves true when the time has passed, and leaves no listener', async () => {
    const clock = new OneTimer();
    const { signal } = new AbortController();
    const waiting = delay(clock, 250, signal);
    expect(clock.set).toEqual([250]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    clock.fire();
    expect(await waiting).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('resolves false at once on abort, and leaves neither timer nor listener', async () => {
    const clock = new OneTimer();
    const controller = new AbortController();
    const waiting = delay(clock, 250, controller.signal);
    controller.abort();
    expect(await waiting).toBe(false);
    expect(clock.pending).toBe(false);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('resolves false and sets no timer when the signal is aborted already', async () => {
    const clock = new OneTimer();
    expect(await delay(clock, 250, AbortSignal.abort())).toBe(false);
    expect(clock.set).toEqual([]);
  });
});

describe('the system clock', () => {
  test('has the time of day, and a monotonic time that does not go back', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });

  test('calls back once after the delay, and never when the timer was cleared', async () => {
    const calls: string[] = [];
    systemClock.clearTimeout(systemClock.setTimeout(() => calls.push('cleared'), 0));
    const began = systemClock.monotonic();
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(() => {
        calls.push('called');
        resolve();
      }, 5);
    });
    // Timers count whole milliseconds.
    expect(systemClock.monotonic() - began).toBeGreaterThanOrEqual(4);
    expect(calls).toEqual(['called']);
  });

  test('ignores a timer that has fired, was cleared, or never was', () => {
    const timer = systemClock.setTimeout(() => {}, 0);
    systemClock.clearTimeout(timer);
    systemClock.clearTimeout(timer);
    systemClock.clearTimeout(undefined);
  });
});

/** A clock with one timer that fires when told to. */
class OneTimer implements Clock {
  readonly set: number[] = [];
  #callback: (() => void) | undefined;

  get pending(): boolean {
    return this.#callback !== undefined;
  }

  fire(): void {
    this.#callback?.();
    this.#callback = undefined;
  }

  now(): number {
    return 0;
  }

  monotonic(): number {
    return 0;
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    this.set.push(milliseconds);
    this.#callback = callback;
    return callback;
  }

  clearTimeout(timer: unknown): void {
    if (timer === this.#callback) this.#callback = undefined;
  }
}
