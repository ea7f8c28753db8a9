import { describe, expect, it } from 'vitest';
import { printable } from '../src/index.ts';

describe("someone else's text, made printable", () => {
  it.each([
    ['is left alone when it is plain', "Grüße, 容器 a\\b 'x' ", "Grüße, 容器 a\\b 'x' "],
    ['is left alone in any language', 'می‌خواهم 王小明 שלום', 'می‌خواهم 王小明 שלום'],
    ['is left alone when it is emoji', '🚀 👨‍👩‍👧 🏳️‍🌈 ❤️', '🚀 👨‍👩‍👧 🏳️‍🌈 ❤️'],
    ['cannot begin an escape sequence', '\u001b[2Jx', '\\u001b[2Jx'],
    ['cannot begin one in eight bits', '\u009b2Jx\u007f', '\\u009b2Jx\\u007f'],
    ['cannot break the line', 'a\r\nb\tc\u0000', 'a\\u000d\\u000ab\\u0009c\\u0000'],
    ['cannot break it by a separator', 'a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
    ['cannot override the direction of reading', 'exe.\u202etxt\u202a', 'exe.\\u202etxt\\u202a'],
    ['cannot isolate a part of it', '\u2066a\u2069\u2067b', '\\u2066a\\u2069\\u2067b'],
    ['cannot hint at it', 'a\u200eb\u200fc\u061cd', 'a\\u200eb\\u200fc\\u061cd'],
    ['cannot hide', 'a\u200bb\ufeffc\u2060d', 'a\\u200bb\\ufeffc\\u2060d'],
    ['cannot hide in a hyphen or a joiner', 'a\u00adb\u034fc\u180ed', 'a\\u00adb\\u034fc\\u180ed'],
    ['cannot be a letter without a shape', 'a\u3164b\uffa0c\u115fd', 'a\\u3164b\\uffa0c\\u115fd'],
    ['cannot be an annotation', 'a\ufff9b\ufffbc', 'a\\ufff9b\\ufffbc'],
    ['cannot be spelt in tags', 'a\u{e0069}\u{e006d}b', 'a\\u{e0069}\\u{e006d}b'],
    ['cannot be spelt in variations', 'a\u{e0100}b', 'a\\u{e0100}b'],
    ['cannot be half a character', 'a\ud800b\udc00', 'a\\ud800b\\udc00'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
    expect(printable(expected)).toBe(expected);
  });

  it('is cut to the limit, which its end shows', () => {
    expect(printable('x'.repeat(200))).toBe('x'.repeat(200));
    expect(printable('x'.repeat(201))).toBe(`${'x'.repeat(197)}...`);
    expect(printable('x'.repeat(41), 40)).toBe(`${'x'.repeat(37)}...`);
    expect(printable('abcdef', 2)).toBe('..');
    expect(printable('abcdef', 0)).toBe('');
  });

  it('is no longer than the limit when it is escaped, either', () => {
    expect(printable('\n'.repeat(50), 40)).toHaveLength(40);
    expect(printable('\n'.repeat(5_000_000), 40)).toHaveLength(40);
  });

  it('is not cut in the middle of a character', () => {
    expect(printable(`ab${'🐳'.repeat(10)}`, 10)).toBe('ab🐳🐳...');
    expect(printable(`a${'🐳'.repeat(10)}`, 9)).toBe('a🐳🐳...');
    expect(printable('🐳🐳', 3)).toBe('...');
  });
});
