import { describe, expect, it } from 'vitest';
import { EVENT_LIMITS, engineTime, nanoseconds, parseMessage } from '../../src/events/message.ts';

const event = (times: string, attributes: object = { name: 'web' }, id = 'c1') =>
  `{"Type":"container","Action":"start","Actor":{"ID":${JSON.stringify(id)},` +
  `"Attributes":${JSON.stringify(attributes)}},${times}}`;

const LATEST = 2n ** 63n - 1n;

describe('the time of an event', () => {
  it.each([
    ['infinite', '"time":7,"timeNano":1e999', 7000],
    ['out of range', '"time":7,"timeNano":1e30', 7000],
    ['negative', '"time":7,"timeNano":-5', 7000],
    ['text', '"time":7,"timeNano":"5"', 7000],
    ['null', '"time":7,"timeNano":null', 7000],
    ['out of range in seconds, too', '"time":1e24,"timeNano":1e999', 0],
    ['infinite, and the only one', '"timeNano":1e999', 0],
    ['of a million digits', `"time":7,"timeNano":${'9'.repeat(1_000_000)}`, 7000],
    ['the last that an engine can write', `"timeNano":${LATEST}`, 9_223_372_036_854],
  ])('is a time that a Date can hold where "timeNano" is %s', (_, times, time) => {
    const parsed = parseMessage(event(times));
    expect(parsed?.time).toBe(time);
    expect(() => new Date(parsed?.time ?? Number.NaN).toISOString()).not.toThrow();
  });
});

describe('nanoseconds', () => {
  it.each([
    ['an exponent', '"time":7,"timeNano":1e999', 7_000_000_000n],
    ['a fraction', '"time":7,"timeNano":1.5e18', 7_000_000_000n],
    ['more digits than 2^63 has', `"time":7,"timeNano":${'9'.repeat(20)}`, 7_000_000_000n],
    ['a time after 2^63', `"time":7,"timeNano":${LATEST + 1n}`, 7_000_000_000n],
    ['2^63 - 1', `"timeNano":${LATEST}`, LATEST],
    ['seconds after 2^63', `"time":${LATEST}`, undefined],
    ['a negative number', '"time":-7,"timeNano":-7', undefined],
  ])('are a time that an engine can be asked for: %s', (_, times, nanos) => {
    expect(nanoseconds(event(times))).toBe(nanos);
  });

  it.each(['"timeNano":', '"timeNano": ', '9', ' '])(
    'take linear time for a line that repeats %j',
    (part) => {
      const line = event(`"timeNano":${part.repeat(4_000_000 / part.length)}`);
      const start = performance.now();
      nanoseconds(line);
      expect(performance.now() - start).toBeLessThan(1000); // a number of so many digits alone takes longer
    },
  );
});

describe('engineTime', () => {
  it.each([
    [-1n, '0.000000000'],
    [10n ** 40n, '9223372036.854775807'],
  ])('clamps %s to what an engine can read', (nanos, text) => {
    expect(engineTime(nanos)).toBe(text);
  });
});

describe('an event', () => {
  const many = (count: number, text = '') =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`label-${n}`, text]));

  it.each<[string, string]>([
    ['an ID', event('"time":7', {}, 'x'.repeat(EVENT_LIMITS.name + 1))],
    ['a name', event('"time":7', { name: 'x'.repeat(EVENT_LIMITS.name + 1) })],
    ['attributes that are too many', event('"time":7', many(EVENT_LIMITS.attributes + 1))],
    ['attributes that are too long', event('"time":7', { a: 'x'.repeat(EVENT_LIMITS.attributesLength) })],
    [
      'names of attributes that are too long',
      event('"time":7', { ['x'.repeat(EVENT_LIMITS.attributesLength + 1)]: '' }),
    ],
  ])('is marked as too large by %s past its limit, and keeps none of it', (_, line) => {
    expect(parseMessage(line)).toEqual({
      type: 'container',
      action: 'start',
      id: '',
      attributes: {},
      scope: '',
      time: 7000,
      isTooLarge: true,
    });
  });

  it("has a limit for the name of Podman's network, too", () => {
    const Attributes = { name: 'web', network: 'x'.repeat(EVENT_LIMITS.name + 1) };
    const line = JSON.stringify({ Type: 'network', Action: 'connect', Actor: { ID: 'c1', Attributes } });
    expect(parseMessage(line)?.isTooLarge).toBe(true);
  });

  it('is whole up to its limits', () => {
    const name = 'x'.repeat(EVENT_LIMITS.name);
    const parsed = parseMessage(
      event('"time":7', { name, ...many(EVENT_LIMITS.attributes - 1, 'short') }, name),
    );
    expect(parsed).toMatchObject({ id: name, attributes: { name, 'label-0': 'short' } });
    expect(parsed?.isTooLarge).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'has a label named %s as its own, and pollutes nothing',
    (label) => {
      for (const other of ['', ',"number":7']) {
        const line = `{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"${label}":"x"${other}}},"time":7}`;
        const attributes = parseMessage(line)?.attributes ?? {};
        expect(Object.entries(attributes)).toEqual([[label, 'x']]);
        expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
      }
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    },
  );

  it('keeps halves of surrogate pairs and control characters as the engine wrote them', () => {
    const line =
      '{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"name":"\\ud800\\u001b[31m"}},"time":7}';
    expect(parseMessage(line)?.attributes['name']).toBe('\ud800\u001b[31m');
  });

  it('holds no endless health', () => {
    const line = JSON.stringify({
      Type: 'container',
      Action: 'health_status',
      Actor: { ID: 'c1' },
      HealthStatus: 'x'.repeat(1_000_000),
    });
    expect(parseMessage(line)?.action.length).toBeLessThan(100);
  });
});
