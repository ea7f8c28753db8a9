import { describe, expect, it } from 'vitest';
import { LineSplitter, MAX_LINE } from '../../src/events/line-splitter.ts';

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter({
    line: (line) => lines.push(line),
    tooLong: () => lines.push('TOO LONG'),
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

  it('lets go of a line that is too long, says so once, and goes on with the next', () => {
    const part = Buffer.alloc(1024 * 1024, 'x');
    const parts = Array.from({ length: MAX_LINE / part.length + 2 }, () => part);
    expect(split('a\n', ...parts, 'x\nb\n')).toEqual(['a', 'TOO LONG', 'b']);
  });

  it('takes a line of exactly the greatest length', () => {
    const line = 'x'.repeat(MAX_LINE);
    expect(split(line.slice(0, 100), `${line.slice(100)}\n`)).toEqual([line]);
    expect(split(line, 'x\na\n')).toEqual(['TOO LONG', 'a']);
  });
});
