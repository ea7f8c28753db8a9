import { isWatcherError } from '@watcher/core';
import { expect, test } from 'vitest';
import { EventQueue } from '../src/index.ts';

const handlers = { onFlush() {}, onError() {} };

test.each<[option: string, given: unknown, shown: string]>([
  ['flushInterval', -1, '-1'],
  ['flushInterval', Number.NaN, 'NaN'],
  ['flushInterval', Number.POSITIVE_INFINITY, 'Infinity'],
  ['flushInterval', 2_147_483_648, '2147483648'],
  ['flushInterval', '1s', '"1s"'],
  ['flushInterval', null, 'null'],
  ['quietPeriod', -1, '-1'],
  ['quietPeriod', Number.NaN, 'NaN'],
  ['quietPeriod', 2_147_483_648, '2147483648'],
  ['quietPeriod', 'soon', '"soon"'],
  ['maxBatch', 0, '0'],
  ['maxBatch', 1.5, '1.5'],
  ['maxBatch', Number.NaN, 'NaN'],
  ['maxBatch', 10_001, '10001'],
  ['capacity', 0, '0'],
  ['capacity', -5, '-5'],
  ['onFlush', undefined, 'undefined'],
  ['onFlush', 'flush', '"flush"'],
  ['onError', undefined, 'undefined'],
  ['collapse', {}, '{}'],
  ['collapse', null, 'null'],
  ['coalesce.key', { coalesce: { merge() {} } }, 'undefined'],
  ['coalesce.merge', { coalesce: { key() {} } }, 'undefined'],
  ['coalesce.key', { coalesce: null }, 'undefined'],
  ['retry', 3, '3'],
  ['retry', null, 'null'],
  ['retry.minDelay', { retry: { minDelay: -1 } }, '-1'],
  ['retry.maxDelay', { retry: { maxDelay: Number.NaN } }, 'NaN'],
  ['retry.maxDelay', { retry: { minDelay: 10, maxDelay: 9 } }, '9'],
  ['retry.factor', { retry: { factor: 0.5 } }, '0.5'],
  ['retry.factor', { retry: { factor: Number.NaN } }, 'NaN'],
  ['retry.factor', { retry: { factor: '2' } }, '"2"'],
  ['retry.attempts', { retry: { attempts: 0 } }, '0'],
  ['onAbort', 'flush', '"flush"'],
  ['signal', {}, '{}'],
  ['signal', null, 'null'],
  ['clock', {}, '{}'],
  ['name', 7, '7'],
])(
  'a wrong %s (%j) throws, naming the option, what was expected and what was given',
  (option, given, shown) => {
    const options = option.includes('.') ? given : { [option]: given };
    const error = thrown(() => new EventQueue({ ...handlers, ...(options as object) }));
    expect(isWatcherError(error, 'INVALID_OPTION')).toBe(true);
    expect(error?.message).toMatch(/^Invalid option "[\w.]+": expected .+, got .+\.$/);
    expect(error?.message).toContain(`"${option}"`);
    expect(error?.message).toContain(`got ${shown}.`);
  },
);

test('no options at all is told as such', () => {
  // @ts-expect-error: the handlers are required
  expect(thrown(() => new EventQueue())?.message).toContain('"options"');
});

test.each([
  { flushInterval: 0 },
  { flushInterval: 2_147_483_647 },
  { quietPeriod: 0 },
  { quietPeriod: () => 0 },
  { maxBatch: 10_000 },
  { maxBatch: Number.POSITIVE_INFINITY },
  { capacity: Number.POSITIVE_INFINITY, maxBatch: 1_000_000 },
  { retry: {} },
  { retry: { minDelay: 60_000 } },
  { retry: { minDelay: 0, maxDelay: 0, factor: 1, attempts: 1 } },
  { onAbort: 'drain' as const, signal: new AbortController().signal, name: '' },
  { flushInterval: undefined, quietPeriod: undefined, signal: undefined, retry: undefined, clock: undefined },
])('%j is fine', async (options) => {
  await new EventQueue({ ...handlers, ...options }).close();
});

function thrown(run: () => unknown): Error | undefined {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}
