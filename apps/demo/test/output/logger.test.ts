import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger, describeError } from '../../src/output/logger.ts';

function logged(
  write: (logger: ReturnType<typeof createLogger>) => void,
  pretty: boolean,
  color = false,
): string {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level: 'info', pretty, color, destination }));
  return lines.join('');
}

const hostile = 'a\u001b[2J\u009b1m\u202eb\nc';
const harmless = 'a\\u001b[2J\\u009b1m\\u202eb\\u000ac';

describe('the log', () => {
  it('is a line of JSON for each message, where it is piped', () => {
    const text = logged(
      (logger) => logger.child({ source: 'file' }).info({ route: { a: 1 } }, 'hello'),
      false,
    );
    expect(JSON.parse(text)).toMatchObject({ level: 30, source: 'file', msg: 'hello', route: { a: 1 } });
    expect(text).toMatch(/^[^\n]+\n$/);
  });

  it('is a line to read on a terminal, without the fields that the message repeats', () => {
    const text = logged(
      (logger) => logger.child({ source: 'file' }).info({ route: { a: 1 } }, 'hello'),
      true,
    );
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: \[file\] hello\n$/);
  });

  it('has colours only if asked', () => {
    const write = (logger: ReturnType<typeof createLogger>) => logger.info('hello');
    expect(logged(write, true)).not.toContain('\u001b');
    expect(stripVTControlCharacters(logged(write, true, true))).toMatch(/INFO: hello\n$/);
    expect(logged(write, true, true)).toContain('\u001b');
  });

  it('leaves out messages below its level', () => {
    expect(logged((logger) => logger.debug('hello'), true)).toBe('');
  });

  it.each([true, false])('shows no control character that comes from outside (for people: %s)', (pretty) => {
    const text = logged((logger) => {
      logger.info(hostile);
      logger.info({ name: hostile, deep: { list: [hostile] } }, 'fields');
      logger.info({ err: new Error(hostile) }, 'an error');
      logger.error(new Error(hostile));
    }, pretty);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    // JSON, and the fields of the other kind, write each backslash as two.
    const told = text.replaceAll('\\\\', '\\');
    // An error by itself is message and field; for people its fields are left out.
    expect(told.split(harmless)).toHaveLength((pretty ? 4 : 6) + 1);
  });
});

describe('an error in the log', () => {
  const secret = Object.assign(new TypeError('GET https://me:secret@host/ failed'), {
    code: 'ECONNREFUSED',
    config: { headers: { authorization: 'secret' } },
  });

  it('has type, message and code, and no secret', () => {
    const line = logged(
      (logger) => logger.warn({ err: secret, code: 'X' }, 'it failed: https://me:secret@host/'),
      false,
    );
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      code: 'X',
      msg: 'it failed: https://host/',
      err: { type: 'TypeError', message: 'GET https://host/ failed', code: 'ECONNREFUSED' },
    });
    expect(line).not.toContain('secret');
    expect(line).not.toContain('stack');
  });

  it('may be all that is logged', () => {
    expect(JSON.parse(logged((logger) => logger.error(secret), false))).toMatchObject({
      msg: 'ECONNREFUSED: GET https://host/ failed',
      err: { type: 'TypeError' },
    });
  });
});

describe('an error in one line', () => {
  it.each([
    [new Error('it broke'), 'it broke'],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED: refused'],
    [Object.assign(new Error('connect ENOENT /x'), { code: 'ENOENT' }), 'connect ENOENT /x'],
    [new TypeError(''), 'TypeError'],
    ['text', 'text'],
    [undefined, 'undefined'],
  ])('%s', (error, expected) => {
    expect(describeError(error)).toBe(expected);
  });
});
