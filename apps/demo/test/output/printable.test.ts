import { describe, expect, it } from 'vitest';
import { printable } from '../../src/output/printable.ts';

describe('untrusted text, made printable', () => {
  it.each([
    ['is left alone when it is plain', 'Grüße, 容器 🚀 a\\b', 'Grüße, 容器 🚀 a\\b'],
    ['cannot begin an escape sequence', '\u001b[2Jx', '\\u001b[2Jx'],
    ['cannot begin one in eight bits', '\u009b2Jx', '\\u009b2Jx'],
    ['cannot break the line', 'a\r\nb\tc', 'a\\u000d\\u000ab\\u0009c'],
    ['cannot break it by a separator', 'a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
    ['cannot change the direction', 'a\u202eb\u2066c\u200fd', 'a\\u202eb\\u2066c\\u200fd'],
    ['cannot hide', 'a\u200bb\ufeffc\u0000d\u007f', 'a\\u200bb\\ufeffc\\u0000d\\u007f'],
    ['cannot be half a character', 'a\ud800b', 'a\\ud800b'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('is cut to the limit, which its end shows', () => {
    expect(printable('x'.repeat(300))).toHaveLength(300);
    expect(printable('x'.repeat(301))).toBe(`${'x'.repeat(297)}...`);
    expect(printable('\n'.repeat(50), 40)).toHaveLength(40);
  });
});
