import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, it } from 'vitest';
import { BoundedWork } from '../src/bounded-work.ts';

/** Work by hand: what has begun, in order, and how each ends. */
class Bench {
  readonly clock = new ManualClock();
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();
  readonly #work: BoundedWork<string>;

  constructor(limit: number) {
    this.#work = new BoundedWork({ limit, clock: this.clock });
  }

  run(key: string, signal = new AbortController().signal): Promise<string> {
    const run = () => {
      this.begun.push(key);
      const end = Promise.withResolvers<string>();
      this.#ends.set(key, end);
      return end.promise;
    };
    return this.#work.run(key, run, signal);
  }

  async end(key: string, value: string | Error = key): Promise<void> {
    const end = this.#ends.get(key);
    if (value instanceof Error) end?.reject(value);
    else end?.resolve(value);
    await new Promise(setImmediate);
  }
}

describe('bounded work', () => {
  it('runs one piece per key, which later calls join', async () => {
    const bench = new Bench(2);
    const calls = [bench.run('a'), bench.run('a'), bench.run('a')];
    expect(bench.begun).toEqual(['a']);
    await bench.end('a', 'value');
    expect(await Promise.all(calls)).toEqual(['value', 'value', 'value']);
  });

  it('runs no more pieces than its limit, and the next one when one has ended', async () => {
    const bench = new Bench(2);
    const calls = ['a', 'b', 'c', 'd'].map((key) => bench.run(key));
    expect(bench.begun).toEqual(['a', 'b']);
    await bench.end('b');
    expect(bench.begun).toEqual(['a', 'b', 'c']);
    for (const key of ['a', 'c', 'd']) await bench.end(key);
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('rejects all calls with the error of the piece, and runs it anew for the next call', async () => {
    const bench = new Bench(1);
    const calls = [bench.run('a'), bench.run('a')].map((call) => call.catch(({ message }) => message));
    await bench.end('a', new Error('no'));
    expect(await Promise.all(calls)).toEqual(['no', 'no']);
    const next = bench.run('a');
    await bench.end('a', 'yes');
    expect(await next).toBe('yes');
  });

  it('ends the wait of a call at its abort, with the reason, and not that of the others', async () => {
    const bench = new Bench(1);
    const abort = new AbortController();
    const given = bench.run('a', abort.signal).catch((reason) => reason);
    const other = bench.run('a');
    abort.abort('enough');
    expect(await given).toBe('enough');
    await bench.end('a', 'value');
    expect(await other).toBe('value');
    await expect(bench.run('b', abort.signal)).rejects.toBe('enough');
    expect(bench.begun).toEqual(['a']);
  });

  it('never runs a queued piece that no call waits for any more', async () => {
    const bench = new Bench(1);
    const abort = new AbortController();
    const first = bench.run('a');
    const queued = bench.run('b', abort.signal).catch(() => {});
    abort.abort();
    await queued;
    await bench.end('a');
    await first;
    expect(bench.begun).toEqual(['a']);
  });

  it('runs the key next that ran longest ago, so that slow ones do not keep out the others', async () => {
    const bench = new Bench(1);
    const slow = [bench.run('slow')];
    await bench.end('slow');
    slow.push(bench.run('other'));
    slow.push(bench.run('slow'), bench.run('new'));
    await bench.end('other');
    await bench.end('new');
    await bench.end('slow');
    await Promise.all(slow);
    expect(bench.begun).toEqual(['slow', 'other', 'new', 'slow']);
  });

  it('keeps a value that comes too late for one call within a minute', async () => {
    const bench = new Bench(1);
    const late = async () => {
      const abort = new AbortController();
      const given = bench.run('a', abort.signal).catch(() => 'given up');
      abort.abort();
      expect(await given).toBe('given up');
      await bench.end('a', 'late');
    };
    await late();
    expect(await bench.run('a')).toBe('late');
    expect(bench.begun).toHaveLength(1);

    await late();
    await bench.clock.advance(60_001);
    const anew = bench.run('a');
    await bench.end('a', 'new');
    expect(await anew).toBe('new');
  });

  it('keeps no error that comes too late', async () => {
    const bench = new Bench(1);
    const abort = new AbortController();
    const given = bench.run('a', abort.signal).catch(() => 'given up');
    abort.abort();
    await given;
    await bench.end('a', new Error('late'));
    const next = bench.run('a');
    await bench.end('a', 'value');
    expect(await next).toBe('value');
  });

  it('takes work that throws for work that rejects', async () => {
    const work = new BoundedWork<void>({ limit: 1 });
    const throwing = () => {
      throw new Error('at once');
    };
    const { signal } = new AbortController();
    await expect(work.run('a', throwing, signal)).rejects.toThrow('at once');
    await work.run('a', async () => {}, signal);
  });
});
