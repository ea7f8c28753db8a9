import { channel } from 'node:diagnostics_channel';
import { ManualClock } from '@watcher/testing/clock';
import { expect, onTestFinished, test } from 'vitest';
import { Informer, type InformerOptions } from '../src/index.ts';
import { follow } from './support/followed.ts';
import { TestSource } from './support/test-source.ts';

const cases: [string, unknown, string][] = [
  [
    'flushInterval',
    -1,
    'Invalid option "flushInterval": expected milliseconds from 0 to 2147483647, got -1.',
  ],
  [
    'quietPeriod',
    '50',
    'Invalid option "quietPeriod": expected milliseconds from 0 to 2147483647, got "50".',
  ],
  ['resyncInterval', Number.NaN, 'Invalid option "resyncInterval": expected milliseconds'],
  ['reconcile', Number.POSITIVE_INFINITY, 'Invalid option "reconcile": expected milliseconds'],
  ['backoff', 5, 'Invalid option "backoff": expected an object with minDelay, maxDelay and factor, got 5.'],
  ['backoff', { minDelay: 5, maxDelay: 1 }, 'Invalid option "backoff.maxDelay": expected'],
  ['backoff', { factor: 0 }, 'Invalid option "backoff.factor": expected a number of at least 1, got 0.'],
  ['signal', {}, 'Invalid option "signal": expected an AbortSignal, got {}.'],
  ['logger', {}, 'Invalid option "logger": expected a logger'],
  ['clock', {}, 'Invalid option "clock": expected a Clock'],
  ['onError', 1, 'Invalid option "onError": expected a function, got 1.'],
  ['flushIntervall', 1, 'Invalid option "flushIntervall": expected one of flushInterval, quietPeriod'],
];

test.each(cases)('rejects %s: %o', (name, value, message) => {
  const options = { [name]: value } as InformerOptions;
  expect(() => new Informer(new TestSource(new ManualClock()), options)).toThrow(message);
});

test.each([
  [undefined, 'Invalid option "source": expected a ListWatch, got undefined.'],
  [{ name: 'x' }, 'Invalid option "source.watch": expected a function, got undefined.'],
  [
    Object.assign(new TestSource(new ManualClock()), { get: 1 }),
    'Invalid option "source.get": expected a function, got 1.',
  ],
  [
    Object.assign(new TestSource(new ManualClock()), { name: 1 }),
    'Invalid option "source.name": expected a string, got 1.',
  ],
])('rejects a source that is invalid', (source, message) => {
  expect(() => new Informer(source as never)).toThrow(message);
});

test('a quiet period by event decides when its request is sent', async () => {
  const { clock, source } = follow(
    { slow: 1, fast: 1 },
    {
      quietPeriod: ({ actorName }) => (actorName === 'slow' ? Number.POSITIVE_INFINITY : 10),
      flushInterval: 300,
    },
  );
  await clock.advance(0);
  source.change('fast', 2);
  await clock.advance(10);
  expect(source.gets).toEqual(['fast']);
  source.change('slow', 2);
  await clock.advance(299);
  expect(source.gets).toEqual(['fast']);
  await clock.advance(1);
  expect(source.gets).toEqual(['fast', 'slow']);
});

test('a quiet period that throws waits for the flush interval, and is reported', async () => {
  const { clock, source, errors } = follow(
    { web: 1 },
    {
      quietPeriod: () => {
        throw new Error('no');
      },
    },
  );
  await clock.advance(0);
  source.change('web', 2);
  await clock.advance(500);
  expect(source.gets).toEqual(['web']);
  expect(errors).toEqual(['SOURCE_FAILED']);
});

test('stats count events, requests and changes, and can be spread', async () => {
  const { clock, source, informer } = follow({ web: 1 });
  await clock.advance(0);
  source.change('web', 2);
  source.change('web', 3);
  await clock.advance(50);
  source.fails = true;
  source.reload('gap');
  await clock.advance(0);
  expect({ ...informer.stats }).toEqual({
    items: 1,
    pending: 0,
    events: 3,
    lists: 2,
    gets: 1,
    changes: 2,
    errors: 1,
  });
});

test('diagnostics channels have each state and each list', async () => {
  const seen: unknown[] = [];
  for (const name of ['state', 'list']) {
    const listen = (message: unknown) => seen.push(message);
    channel(`watcher:informer:${name}`).subscribe(listen);
    onTestFinished(() => void channel(`watcher:informer:${name}`).unsubscribe(listen));
  }
  const { clock, informer } = follow({ web: 1 });
  await clock.advance(0);
  await informer.close();
  expect(seen).toEqual([
    { source: 'test', state: 'current' },
    { source: 'test', reason: 'sync', duration: 0, changes: 1 },
    { source: 'test', state: 'closed' },
  ]);
});
