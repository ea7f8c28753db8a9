import { describe, expect, test } from 'vitest';
import { countOption, durationOption, invalidOption, isWatcherError, MAX_DELAY } from '../src/index.ts';

describe('an invalid option', () => {
  test('names the option, what was expected and what was given', () => {
    const error = invalidOption('host', 'a URL', 'nope', 'engine');
    expect(error.message).toBe('Invalid option "host": expected a URL, got "nope".');
    expect(error).toMatchObject({ code: 'INVALID_OPTION', source: 'engine', retryable: false });
  });

  const circular: { self?: object } = {};
  circular.self = circular;

  test.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['NaN', Number.NaN, 'NaN'],
    ['a bigint', 3n, '3n'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', () => 1, 'a function'],
    ['a boolean', false, 'false'],
    ['text with a line break', 'a\nb', '"a\\nb"'],
    ['an object', { a: 1 }, '{"a":1}'],
    ['a circular object', circular, 'a value of type object'],
    ['an object that JSON leaves out', { toJSON: () => undefined }, 'a value of type object'],
    ['a long text', 'x'.repeat(200), `"${'x'.repeat(76)}...`],
  ])('shows %s short, typed and on one line', (_, given, shown) => {
    expect(invalidOption('o', 'something else', given).message).toBe(
      `Invalid option "o": expected something else, got ${shown}.`,
    );
  });
});

describe('a duration', () => {
  test('is the default when it is not given', () => {
    expect(durationOption('timeout', undefined, 3000)).toBe(3000);
  });

  test.each([0, 0.5, 1, MAX_DELAY])('may be %d ms', (given) => {
    expect(durationOption('timeout', given, 3000)).toBe(given);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, MAX_DELAY + 1, '5', null, 5n, {}])(
    'may not be %o',
    (given) => {
      const error = thrown(() => durationOption('timeout', given as number, 3000));
      expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
      expect((error as Error).message).toContain(
        '"timeout": expected milliseconds from 0 to 2147483647, got ',
      );
    },
  );

  test('may have a least value of its own', () => {
    expect(durationOption('timeout', 10, 3000, 10)).toBe(10);
    expect(() => durationOption('timeout', 9, 3000, 10)).toThrow('expected milliseconds from 10 to');
  });

  test('is at most what a timer takes', () => {
    expect(MAX_DELAY).toBe(2 ** 31 - 1);
  });
});

describe('a count', () => {
  test('is the default when it is not given', () => {
    expect(countOption('capacity', undefined, 1024)).toBe(1024);
  });

  test.each([1, 2, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])('may be %d', (given) => {
    expect(countOption('capacity', given, 1024)).toBe(given);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53, '5', null])(
    'may not be %o',
    (given) => {
      const error = thrown(() => countOption('capacity', given as number, 1024));
      expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
      expect((error as Error).message).toContain('"capacity": expected a whole number of at least 1, got ');
    },
  );
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
