import { EventChannel, forceReload, formatEvent } from '@watcher/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ContainerHistory } from '../../src/events/container-history.ts';
import { readLine } from '../../src/events/engine-line.ts';
import { EVENT_LIMITS, engineTime, nanoseconds } from '../../src/events/message.ts';
import { createSelector } from '../../src/filters/selector.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '\ud800',
    '\u001b[31m',
    '@',
    ':',
    'x'.repeat(2000),
    'web',
    'nginx:1@x',
  ),
);
const anything = fc.oneof(text, fc.jsonValue(), fc.double(), fc.constantFrom(-1, 1e24, null));
const attributes = fc.oneof(fc.dictionary(text, anything), anything);
const message = fc.record(
  {
    Type: fc.oneof(fc.constantFrom('container', 'network', 'volume'), anything),
    Action: fc.oneof(fc.constantFrom('start', 'rename', 'health_status', 'connect', 'remove'), anything),
    Actor: fc.oneof(fc.record({ ID: anything, Attributes: attributes }, { requiredKeys: [] }), anything),
    HealthStatus: anything,
    scope: anything,
    time: anything,
    timeNano: anything,
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  { weight: 8, arbitrary: message.map((it) => JSON.stringify(it)) },
  { weight: 1, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.bigInt().map(String), fc.constantFrom('1e999', '-1e999', '1.5e18', '9'.repeat(30)))
      .map((time) => `{"Type":"container","Action":"start","Actor":{},"timeNano":${time}}`),
  },
);

const filters = [
  {},
  { container: ['web', 'c'.repeat(12)], image: ['nginx', 'nginx:1'], label: ['a', 'a=b'], scope: ['local'] },
  { type: ['network'], network: ['front'], event: ['connect'] },
] as const;

test('whatever an engine writes becomes an event within its limits, or is reported', () => {
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom(...filters), (lines, chosen) => {
      const select = createSelector(chosen);
      const history = new ContainerHistory({ names: true, health: true });
      const stream = new EventChannel({
        source: 'e',
        reload: (reason) => forceReload('docker', 'e', reason, 0),
      });
      for (const each of lines) {
        const nanos = nanoseconds(each);
        if (nanos !== undefined) expect(engineTime(nanos)).toMatch(/^\d{1,10}\.\d{9}$/);
        const read = readLine(each);
        if (!('message' in read) || !read.message) continue;
        const { id, attributes: labels, time } = read.message;
        expect(() => new Date(time).toISOString()).not.toThrow();
        expect(id.length).toBeLessThanOrEqual(EVENT_LIMITS.name);
        for (const value of Object.values(labels)) expect(typeof value).toBe('string');
        if (read.message.isTooLarge) continue;
        const whole = history.complete(read.message);
        const action = whole && select(whole);
        if (whole === undefined || action === undefined) continue;
        const actorName = whole.attributes['name'] ?? '';
        const event = {
          type: 'docker',
          action,
          actorName,
          actorId: id,
          actorAttributes: labels,
          time,
          source: 'e',
        } as const;
        stream.push(event as never);
        expect(formatEvent(event)).not.toMatch(/\p{Cc}/u);
        expect(actorName.length).toBeLessThanOrEqual(EVENT_LIMITS.name);
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }),
  );
});
