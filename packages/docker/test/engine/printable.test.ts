import { describe, expect, it } from 'vitest';
import { printable } from '../../src/engine/printable.ts';

describe("someone else's text", () => {
  it.each([
    ['plain', 'plain', ' plain '],
    ['one line', 'a b', 'a\r\nb'],
    ['without colours', 'a [31mb', 'a\u001b[31mb'],
    ['without C1 controls', 'a b', 'a\u009bb'],
    ["without Unicode's own line ends", 'a b c', 'a\u2028b\u2029c'],
    ['without what turns the direction of reading', 'a b', 'a\u202e\u2066b'],
    ['with letters of every script', 'Zürich 東京', 'Zürich 東京'],
  ])('is %s', (_, shown, text) => {
    expect(printable(text)).toBe(shown);
  });

  it('is cut short', () => {
    expect(printable('x'.repeat(200))).toBe('x'.repeat(200));
    expect(printable('x'.repeat(201))).toBe(`${'x'.repeat(197)}...`);
  });
});
