import { describe, expect, it } from 'vitest';
import { oneLine } from '../../src/errors/one-line.ts';

describe('what an engine says, in an error', () => {
  it.each([
    ['is left alone when it is plain', 'Zürich  東京', 'Zürich  東京'],
    ['has no blanks around it', ' plain ', 'plain'],
    ['is one line, whatever its lines end with', 'a\r\n  b\n\nc\u2028d\u2029e\u0085f\tg\n', 'a b c d e f g'],
    ['shows what a terminal would act on', 'a\u001b[31mb\u009bc', 'a\\u001b[31mb\\u009bc'],
    ['shows what turns the direction of reading', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ])('%s', (_, text, shown) => {
    expect(oneLine(text)).toBe(shown);
    expect(oneLine(shown)).toBe(shown);
  });

  it('is cut short', () => {
    expect(oneLine('x'.repeat(200))).toBe('x'.repeat(200));
    expect(oneLine('x'.repeat(201))).toBe(`${'x'.repeat(197)}...`);
    expect(oneLine('x'.repeat(201), 1000)).toBe('x'.repeat(201));
  });
});
