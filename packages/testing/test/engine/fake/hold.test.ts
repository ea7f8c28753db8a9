import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { held } from '../../../src/engine/fake/faults/hold.ts';

describe('what a fault holds', () => {
  it.each([
    ['goes on when the fault is lifted', 0, true],
    ['is given up when its connection is gone', 1, false],
  ])('%s, and no listener is left', async (_, first, goesOn) => {
    const controllers = [new AbortController(), new AbortController()] as const;
    const [lifted, over] = [controllers[0].signal, controllers[1].signal];
    const waiting = held(lifted, over);
    controllers[first]?.abort();
    expect(await waiting).toBe(goesOn);
    expect([getEventListeners(lifted, 'abort'), getEventListeners(over, 'abort')]).toEqual([[], []]);
  });

  it('is not held at all when either has happened before', async () => {
    const [done, open] = [AbortSignal.abort(), new AbortController().signal];
    expect([await held(done, open), await held(open, done)]).toEqual([true, false]);
  });
});
