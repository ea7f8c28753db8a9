import { EventEmitter } from 'node:events';
import { ManualClock } from '@watcher/testing/clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { stopSignal } from '../src/stop-signal.ts';

class HeldProcess extends EventEmitter {
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();
  exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

let held: HeldProcess;
let clock: ManualClock;
let signal: AbortSignal;

beforeEach(() => {
  held = new HeldProcess();
  clock = new ManualClock();
  signal = stopSignal(held, clock);
});

describe('the wish to stop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('is %s', (name) => {
    expect(signal.aborted).toBe(false);
    held.emit(name);
    expect(signal.aborted).toBe(true);
  });

  it('is the same when it is told twice within a second', async () => {
    held.emit('SIGINT');
    await clock.advance(999);
    held.emit('SIGTERM');
    expect(held.exits).toEqual([]);
  });

  it('ends the process at once when it is told again after that', async () => {
    held.emit('SIGINT');
    await clock.advance(1000);
    held.emit('SIGINT');
    expect(held.exits).toEqual([130]);
  });

  it.each(['stdout', 'stderr'] as const)(
    'is that nobody reads %s, however often that shows',
    async (name) => {
      held[name].emit('error', new Error('EPIPE'));
      expect(signal.aborted).toBe(true);
      await clock.advance(5000);
      held[name].emit('error', new Error('EPIPE'));
      expect(held.exits).toEqual([]);
    },
  );
});
