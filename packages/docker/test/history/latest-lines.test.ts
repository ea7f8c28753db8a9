import { describe, expect, it } from 'vitest';
import { MAX_HELD } from '../../src/events/line-splitter.ts';
import { LatestLines } from '../../src/history/latest-lines.ts';

describe('the lines of an answer', () => {
  it('are all kept where there are not very many', () => {
    const latest = new LatestLines();
    for (let n = 0; n < 4096; n++) latest.add(`line ${n}`);
    expect(latest).toMatchObject({ areAll: true, lines: { length: 4096, 0: 'line 0' } });
  });

  it.each([
    ['very many', 100_000, 10],
    ['very long', 100, 1024 * 1024],
  ])('are the latest where they are %s, in no more memory than what may be held', (_, count, length) => {
    const latest = new LatestLines();
    for (let n = 0; n < count; n++) {
      latest.add(String(n).padStart(length, ' '));
      expect(latest.lines.length * length).toBeLessThanOrEqual(MAX_HELD);
      expect(latest.lines.at(-1)?.trim()).toBe(String(n));
    }
    expect(latest.areAll).toBe(false);
    expect(latest.lines.length).toBeLessThanOrEqual(2 * 4096);
    expect(Number(latest.lines[0])).toBe(count - latest.lines.length);
  });
});
