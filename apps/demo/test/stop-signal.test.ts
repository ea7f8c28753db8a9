import { EventEmitter } from 'node:events';
import { ManualClock } from '@watcher/testing/clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { type StopSignal, stopSignal } from '../src/stop-signal.ts';

class HeldProcess extends EventEmitter {
  readonly pid = 42;
  kills: [number, NodeJS.Signals][] = [];
  kill(pid: number, signal: NodeJS.Signals): void {
    this.kills.push([pid, signal]);
  }
}

let held: HeldProcess;
let clock: ManualClock;
let stopping: StopSignal;

beforeEach(() => {
  held = new HeldProcess();
  clock = new ManualClock();
  stopping = stopSignal(held, clock);
});

describe('the wish to stop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is %s, and its default action after 900 ms',
    async (name) => {
      expect(stopping.signal.aborted).toBe(false);
      held.emit(name);
      expect(stopping.signal.aborted).toBe(true);
      await clock.advance(899);
      expect(held.kills).toEqual([]);
      await clock.advance(1);
      expect(held.listenerCount(name)).toBe(0);
      expect(held.kills).toEqual([[42, name]]);
    },
  );

  it('counts once, however often it comes', async () => {
    held.emit('SIGINT');
    held.emit('SIGTERM');
    stopping.stop();
    await clock.advance(2000);
    expect(held.kills).toEqual([[42, 'SIGINT']]);
  });

  it('may come from elsewhere', async () => {
    stopping.stop();
    expect(stopping.signal.aborted).toBe(true);
    await clock.advance(900);
    expect(held.kills).toEqual([[42, 'SIGTERM']]);
  });
});
