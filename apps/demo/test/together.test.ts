import { describe, expect, it } from 'vitest';
import { together } from '../src/together.ts';

/** Runs until it is told to stop. */
const patient = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('parts that run together', () => {
  it('run until the stop, and nothing went wrong', async () => {
    const stop = new AbortController();
    const run = together([patient, patient], stop.signal);
    stop.abort();
    await expect(run).resolves.toEqual([]);
  });

  it('end when one fails, which is told', async () => {
    const broken = async () => Promise.reject(new Error('broken'));
    await expect(together([patient, broken, patient], new AbortController().signal)).resolves.toEqual([
      new Error('broken'),
    ]);
  });

  it('go on when one ends by itself', async () => {
    const stop = new AbortController();
    let over = false;
    const run = together([async () => {}, patient], stop.signal).then(() => {
      over = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    stop.abort();
    await run;
  });
});
