import { ManualClock } from '@watcher/testing/clock';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Call, Lanes } from '../../src/fs/lanes.ts';

const TIMEOUT = 2000;

/** Calls to file systems that answer when the test says so. */
class Scene {
  readonly clock = new ManualClock();
  readonly lanes: Lanes;
  readonly discarded: string[] = [];
  readonly #answers = new Map<string, (result: string) => void>();

  constructor(capacity: number) {
    this.lanes = new Lanes(capacity);
  }

  call(lane: string, name: string, isMandatory = false): { call: Call<string>; outcome: Promise<string> } {
    const call = this.lanes.run(lane, {
      makeCall: () => new Promise<string>((resolve) => this.#answers.set(name, resolve)),
      discard: (late) => this.discarded.push(late),
      isMandatory,
      clock: this.clock,
      timeout: TIMEOUT,
      timeoutError: () => new Error('no answer'),
    });
    return { call, outcome: call.answer.catch((error: Error) => error.message) };
  }

  get started(): string[] {
    return [...this.#answers.keys()];
  }

  async answer(name: string): Promise<void> {
    this.#answers.get(name)?.(name);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a call to a file system that may not answer', () => {
  test('returns the answer, and leaves no timer', async () => {
    const scene = new Scene(3);
    const { outcome } = scene.call('a', 'one');
    await scene.answer('one');
    expect(await outcome).toBe('one');
    expect([scene.clock.pending, scene.lanes.running]).toEqual([0, 0]);
  });

  test('fails after the timeout, and its late answer is discarded', async () => {
    const scene = new Scene(3);
    const { outcome } = scene.call('a', 'one');
    await scene.clock.advance(TIMEOUT);
    expect(await outcome).toBe('no answer');
    expect(scene.lanes.running, 'it holds its thread').toBe(1);
    await scene.answer('one');
    expect([scene.discarded, scene.lanes.running]).toEqual([['one'], 0]);
  });

  test('waits while its file system has one call and others have calls, too', () => {
    const scene = new Scene(3);
    for (const [lane, name] of [
      ['a', 'a1'],
      ['b', 'b1'],
      ['a', 'a2'],
      ['b', 'b2'],
    ] as const) {
      scene.call(lane, name);
    }
    expect(scene.started).toEqual(['a1', 'b1']);
  });

  test('leaves one slot free, however many calls a lone file system has', () => {
    const scene = new Scene(3);
    for (const name of ['a1', 'a2', 'a3', 'a4']) scene.call('a', name);
    expect(scene.started).toEqual(['a1', 'a2']);
    scene.call('b', 'b1');
    expect(scene.started).toEqual(['a1', 'a2', 'b1']);
  });

  test('runs beside no more calls than there are slots', async () => {
    const scene = new Scene(2);
    for (const lane of ['a', 'b', 'c', 'd']) scene.call(lane, lane);
    expect(scene.started).toEqual(['a', 'b']);
    await scene.answer('a');
    expect(scene.started).toEqual(['a', 'b', 'c']);
    expect(scene.lanes.running).toBe(2);
  });

  test('fails immediately while another one to its file system has missed its deadline, and not after that', async () => {
    const scene = new Scene(2);
    scene.call('a', 'a1');
    const waiting = scene.call('a', 'a2');
    await scene.clock.advance(TIMEOUT);
    expect(await waiting.outcome, 'it waited for a slot').toBe('no answer');
    expect(await scene.call('a', 'a3').outcome).toBe('no answer');
    const other = scene.call('b', 'b1');
    await scene.answer('b1');
    expect(await other.outcome, 'another file system is not concerned').toBe('b1');
    await scene.answer('a1');
    const again = scene.call('a', 'a4');
    await scene.answer('a4');
    expect(await again.outcome).toBe('a4');
  });

  test('fails immediately while calls without an answer hold every slot', async () => {
    const scene = new Scene(2);
    scene.call('a', 'a1');
    scene.call('b', 'b1');
    const waiting = scene.call('c', 'c1');
    await scene.clock.advance(TIMEOUT);
    expect(await waiting.outcome).toBe('no answer');
    expect(await scene.call('d', 'd1').outcome).toBe('no answer');
    expect(scene.started).toEqual(['a1', 'b1']);
  });

  test('is refused with ten thousand others without a limit to that', async () => {
    const scene = new Scene(2);
    const outcomes = Array.from({ length: 10_000 }, (_, i) => scene.call('a', `${i}`).outcome);
    await scene.clock.advance(TIMEOUT);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['no answer']));
    expect(scene.started).toHaveLength(1);
  });
});

describe('a caller that gives up', () => {
  test('takes its call back while that waits for a slot', async () => {
    const scene = new Scene(1);
    scene.call('a', 'a1');
    const { call, outcome } = scene.call('a', 'a2');
    call.giveUp(new Error('aborted'));
    expect(await outcome).toBe('aborted');
    await scene.answer('a1');
    expect(scene.started).toEqual(['a1']);
  });

  test('leaves a running call behind, and others learn when that misses its deadline', async () => {
    vi.useFakeTimers();
    const scene = new Scene(2);
    const { call, outcome } = scene.call('a', 'a1');
    call.giveUp(new Error('aborted'));
    expect(await outcome).toBe('aborted');
    expect(scene.clock.pending, 'its clock has nothing to do any more').toBe(0);
    const waiting = scene.call('a', 'a2');
    vi.advanceTimersByTime(TIMEOUT);
    expect(await waiting.outcome).toBe('no answer');
    await scene.answer('a1');
    expect(scene.lanes.running).toBe(0);
  });

  test('does not take back a mandatory call: that is made once the file system answers again', async () => {
    const scene = new Scene(1);
    scene.call('a', 'a1');
    const { call, outcome } = scene.call('a', 'close', true);
    call.giveUp(new Error('aborted'));
    expect(await outcome).toBe('aborted');
    await scene.clock.advance(TIMEOUT);
    expect(scene.started).toEqual(['a1']);
    await scene.answer('a1');
    expect(scene.started).toEqual(['a1', 'close']);
    await scene.answer('close');
    expect(scene.lanes.running).toBe(0);
  });
});
