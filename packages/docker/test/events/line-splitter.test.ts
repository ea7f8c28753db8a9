import { describe, expect, it } from 'vitest';
import { isTooLong, LineSplitter, MAX_LINE } from '../../src/events/line-splitter.ts';

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter({
    line: (line) => lines.push(line),
  });
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  return lines;
}

describe('LineSplitter', () => {
  it.each([
    ['one line', ['a\n'], ['a']],
    ['several in a chunk', ['a\nb\nc\n'], ['a', 'b', 'c']],
    ['one over several chunks', ['a', 'b', 'c\n'], ['abc']],
    ['a newline of its own', ['a', '\n', 'b\n'], ['a', 'b']],
    ['a line that has not ended', ['a\nb'], ['a']],
    ['blank lines', ['\n\na\n\n'], ['a']],
    ['carriage returns', ['a\r\nb\r\n'], ['a', 'b']],
    ['record separators of json-seq', ['\u001e{}\n\u001e[]\n'], ['{}', '[]']],
    ['an empty chunk', ['a', '', '\n'], ['a']],
    ['blanks before a line, and behind it', [' ', ' \t', 'a b', ' ', '\r\n', '  c \n '], ['a b', 'c']],
    ['blanks before a record', [' \n', ' \u001e{}\n'], ['{}']],
  ])('takes %s', (_, chunks, lines) => {
    expect(split(...chunks)).toEqual(lines);
  });

  it('does not mind where a character is cut', () => {
    const bytes = Buffer.from('héllo wörld 🐋\n');
    for (let at = 0; at <= bytes.length; at++) {
      expect(split(bytes.subarray(0, at), bytes.subarray(at))).toEqual(['héllo wörld 🐋']);
    }
    expect(split(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(['héllo wörld 🐋']);
  });

  it('lets go of a line that is too long, says so once, in its place, and goes on with the next', () => {
    const part = 'x'.repeat(1024 * 1024);
    const parts = Array.from({ length: MAX_LINE / part.length + 2 }, () => part);
    const lines = split('a\n', ...parts, 'x\nb\n');
    expect(lines.map((line) => (isTooLong(line) ? 'TOO LONG' : line))).toEqual(['a', 'TOO LONG', 'b']);
    expect(lines[1]?.length).toBeLessThan(100);
  });

  it('takes a line of exactly the greatest length, and none that is a byte longer', () => {
    const line = 'x'.repeat(MAX_LINE);
    expect(split(line.slice(0, 100), `${line.slice(100)}\n`)).toEqual([line]);
    expect(split(`${line}\n`)).toEqual([line]);
    expect(split(line, 'x\na\n').map(isTooLong)).toEqual([true, false]);
    expect(split(`a\n${line}x\na\n`).map(isTooLong)).toEqual([false, true, false]);
  });

  it('gives what is too long the same name however its bytes come, and another the name of its own', () => {
    const long = `${'é'.repeat(MAX_LINE)}\n`;
    const bytes = Buffer.from(long);
    const [name] = split(long);
    for (const at of [1, 999, MAX_LINE, MAX_LINE + 1, bytes.length - 1]) {
      expect(split(bytes.subarray(0, at), bytes.subarray(at))).toEqual([name]);
    }
    expect(split(bytes, bytes)).toEqual([name, name]);
    expect(split(long.replace('é', 'e'))).not.toEqual([name]);
    expect(split('  ', bytes)).toEqual([name]);
    expect(split(Buffer.concat([Buffer.from(' \n '), bytes]))).toEqual([name]);
  });

  it('says whether what came was of any use', () => {
    const splitter = new LineSplitter({ line() {} });
    const useful = (text: string) => splitter.write(Buffer.from(text));
    expect([useful('a\n'), useful('a'), useful('b'), useful('\n')]).toEqual([true, true, true, true]);
    expect([useful('\n'), useful('\r\n\r\n'), useful('')]).toEqual([false, false, false]);
    expect([useful('x'.repeat(MAX_LINE)), useful('x'), useful('x')]).toEqual([true, true, false]);
    expect([useful('\n'), useful('a')]).toEqual([true, true]);
    expect([useful(' '), useful('b'), useful(' \n')]).toEqual([false, true, true]);
    expect([useful(' '), useful('\t '), useful(' \r\n')]).toEqual([false, false, false]);
  });

  it('holds little more than the line, in however small pieces it comes', () => {
    const splitter = new LineSplitter({ line() {} });
    const memory = () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = memory();
    const slab = Buffer.alloc(65_536, 'x');
    for (let n = 0; n < MAX_LINE; n++) splitter.write(slab.subarray(n % slab.length, (n % slab.length) + 1));
    expect(memory() - before).toBeLessThan(128 * 1024 * 1024);
    expect(splitter.write(Buffer.from('\n'))).toBe(true);
  });

  it.each([
    ['one object', '{"a":1}', ['{"a":1}'], false],
    [
      'several, with braces and quotes in strings',
      '{"a":"}{"}{"b":"\\"}"} {"c":{}}',
      ['{"a":"}{"}', '{"b":"\\"}"}', '{"c":{}}'],
      false,
    ],
    ['an incomplete object', '{"a":{"b":1}', [], true],
    ['an object behind which another begins', '{"a":1}{"b"', [], true],
    ['a string that has not ended', '{"a":"}', [], true],
    ['text other than JSON', 'a', [], true],
    ['nothing', '', [], false],
  ])('flushes only complete JSON: %s', (_, text, lines, keeps) => {
    const emitted: string[] = [];
    const splitter = new LineSplitter({ line: (line) => emitted.push(line) });
    splitter.write(Buffer.from(text));
    splitter.flush();
    expect(emitted).toEqual(lines);
    expect(splitter.hasPartialLine).toBe(keeps);
  });
});
