import { describe, expect, test } from 'vitest';
import {
  type Clock,
  clockOption,
  countOption,
  durationOption,
  invalidOption,
  isWatcherError,
  type Logger,
  loggerOption,
  MAX_DELAY,
  signalOption,
  systemClock,
} from '../src/index.ts';

describe('an invalid option', () => {
  test('names the option, what was expected and what was given', () => {
    const error = invalidOption('host', 'a URL', 'nope', 'engine');
    expect(error.message).toBe('Invalid option "host": expected a URL, got "nope".');
    expect(error).toMatchObject({ code: 'INVALID_OPTION', source: 'engine', retryable: false });
  });

  const circular: { self?: object } = {};
  circular.self = circular;
  const circularList: unknown[] = [];
  circularList.push(circularList);
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no');
      },
    },
  );

  test.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['NaN', Number.NaN, 'NaN'],
    ['a bigint', 3n, '3n'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', () => 1, 'a function'],
    ['a boolean', false, 'false'],
    ['text with a line break', 'a\nb', '"a\\nb"'],
    ['an object, by its names', { user: 'root', password: 'hunter2' }, '{ user, password }'],
    ['an empty object', {}, '{}'],
    ['an object of a kind', new URL('https://root:hunter2@host'), 'URL {}'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['a circular object', circular, '{ self }'],
    ['a list', [1, 'a'], '[1,"a"]'],
    ['a circular list', circularList, 'an object'],
    ['a hostile object', hostile, 'an object'],
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

const nobody = () => {};
const lacking = [null, 42, 'signal', {}, nobody];

describe('a signal', () => {
  test('is none when it is not given, and itself when it is', () => {
    const { signal } = new AbortController();
    expect(signalOption('signal', undefined)).toBeUndefined();
    expect(signalOption('signal', signal)).toBe(signal);
  });

  test.each([...lacking, new AbortController()])('may not be %o', (given) => {
    const error = thrown(() => signalOption('signal', given as AbortSignal));
    expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
    expect((error as Error).message).toContain('"signal": expected an AbortSignal, got ');
  });
});

describe('a clock', () => {
  test("is the system's when it is not given, and itself when it is", () => {
    const clock = { ...systemClock };
    expect(clockOption('clock', undefined)).toBe(systemClock);
    expect(clockOption('clock', clock)).toBe(clock);
  });

  test.each([...lacking, { ...systemClock, monotonic: undefined }])('may not be %o', (given) => {
    const error = thrown(() => clockOption('clock', given as Clock));
    expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
    expect((error as Error).message).toContain('"clock": expected a Clock, with now, monotonic, ');
  });
});

describe('a logger', () => {
  test('is none when it is not given, and itself when it is', () => {
    expect(loggerOption('logger', undefined)).toBeUndefined();
    expect(loggerOption('logger', console)).toBe(console);
  });

  test.each([...lacking, { debug: nobody, info: nobody, warn: nobody }])('may not be %o', (given) => {
    const error = thrown(() => loggerOption('logger', given as Logger));
    expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
    expect((error as Error).message).toContain('"logger": expected a logger, with debug, info, ');
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
