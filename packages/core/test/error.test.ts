import { expect, test } from 'vitest';
import { isWatcherError, WatcherError } from '../src/index.ts';

test('a WatcherError is an Error with a code, a source, retryable and a cause', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new WatcherError('no engine', {
    code: 'UNREACHABLE',
    source: 'local',
    retryable: true,
    cause,
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'WatcherError',
    message: 'no engine',
    code: 'UNREACHABLE',
    source: 'local',
    retryable: true,
  });
  expect(error.cause).toBe(cause);
  expect(String(error)).toBe('WatcherError: no engine');
});

test('without more than a code it has no source, no cause and cannot be retried', () => {
  const error = new WatcherError('no', { code: 'NO' });
  expect(error).toMatchObject({ source: '', retryable: false });
  expect('cause' in error).toBe(false);
});

test('it is told apart by its code', () => {
  const error: unknown = new WatcherError('no', { code: 'NO' });
  expect(isWatcherError(error)).toBe(true);
  expect(isWatcherError(error, 'NO')).toBe(true);
  expect(isWatcherError(error, 'YES')).toBe(false);
});

test('one of another installed copy is recognized, though instanceof does not', async () => {
  const copy: typeof import('../src/error.ts') = await import(`../src/error.ts?copy=${'another'}`);
  const error = new copy.WatcherError('no', { code: 'NO' });
  expect(error).not.toBeInstanceOf(WatcherError);
  expect(isWatcherError(error, 'NO')).toBe(true);
});

test.each([
  [new Error('no')],
  [{ code: 'NO', name: 'WatcherError' }],
  [null],
  [undefined],
  ['NO'],
  [() => {}],
])('what is none is not taken for one: %s', (value) => {
  expect(isWatcherError(value)).toBe(false);
});

test('its mark does not show when it is printed or copied', () => {
  expect(Object.getOwnPropertySymbols({ ...new WatcherError('no', { code: 'NO' }) })).toEqual([]);
});
