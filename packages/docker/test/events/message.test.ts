import { describe, expect, it } from 'vitest';
import { engineTime, nanoseconds, parseMessage } from '../../src/events/message.ts';

const ID = 'f005570e329875e9492773786855aa6bc2f137685f531899e8596e5b96605b2c';

/** As Docker 20.10 (API 1.41) writes it. */
const start =
  `{"status":"start","id":"${ID}","from":"bb","Type":"container","Action":"start","Actor":{"ID":"${ID}",` +
  '"Attributes":{"image":"bb","name":"web","proxy.aliases":"app"}},"scope":"local","time":1795406591,"timeNano":1795406591406826513}';

describe('parseMessage', () => {
  it('reads what Docker 20.10 writes', () => {
    expect(parseMessage(start)).toEqual({
      type: 'container',
      action: 'start',
      id: ID,
      attributes: { image: 'bb', name: 'web', 'proxy.aliases': 'app' },
      scope: 'local',
      time: 1_795_406_591_406,
    });
  });

  it('reads what API 1.52 writes, without status, id and from', () => {
    const line =
      '{"Type":"container","Action":"die","Actor":{"ID":"c1","Attributes":{"name":"web","exitCode":"1"}},' +
      '"scope":"local","time":1795406591,"timeNano":1795406591406826513}';
    expect(parseMessage(line)).toMatchObject({ type: 'container', action: 'die', id: 'c1' });
  });

  it.each([
    ['remove', {}, 'destroy'],
    ['died', {}, 'die'],
    ['health_status', { HealthStatus: 'healthy' }, 'health_status: healthy'],
    ['health_status', { Actor: { Attributes: { health_status: 'healthy' } } }, 'health_status: healthy'],
    ['health_status', { HealthStatus: { toString: 1 } }, 'health_status: '],
    ['health_status: unhealthy', {}, 'health_status: unhealthy'],
    ['start', {}, 'start'],
  ])('takes the action "%s" as Docker means it', (Action, rest, action) => {
    const line = JSON.stringify({ Type: 'container', Action, Actor: { ID: 'c1' }, timeNano: 1, ...rest });
    expect(parseMessage(line)?.action).toBe(action);
  });

  it.each([
    ['with its name', { network: 'backend' }, 'backend'],
    ['which does not say its name', {}, ''],
  ])(
    "takes Podman's event of a network, %s, as one of the network, with the container in it",
    (_, more, name) => {
      const Attributes = { image: '', name: 'web', podId: '', ...more };
      const line = JSON.stringify({
        Type: 'network',
        Action: 'connect',
        Actor: { ID, Attributes },
        timeNano: 1,
      });
      expect(parseMessage(line)).toMatchObject({ id: '', attributes: { name, container: ID } });
    },
  );

  it("leaves Docker's event of a network as it is", () => {
    const Actor = { ID: 'n1', Attributes: { container: ID, name: 'backend', type: 'bridge' } };
    const line = JSON.stringify({ Type: 'network', Action: 'connect', Actor, timeNano: 1 });
    expect(parseMessage(line)).toMatchObject({ id: 'n1', attributes: Actor.Attributes });
  });

  it.each([
    'no JSON',
    '',
    'null',
    '7',
    '"text"',
    '[]',
    '{}',
    '{"Type":1,"Action":"start","Actor":{"ID":"c1"}}',
    '{"Type":"container","Action":"start"}',
    '{"Type":"container","Action":"start","Actor":null}',
    '{"message":"forbidden"}',
  ])('takes %s for no event', (line) => {
    expect(parseMessage(line)).toBeUndefined();
  });

  it('takes what may be missing for empty', () => {
    expect(parseMessage('{"Type":"container","Action":"start","Actor":{},"time":5}')).toEqual({
      type: 'container',
      action: 'start',
      id: '',
      attributes: {},
      scope: 'local',
      time: 5000,
    });
  });

  it('keeps of the attributes what is text', () => {
    const line =
      '{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"name":5,"image":{},"tier":"front"}}}';
    expect(parseMessage(line)?.attributes).toEqual({ tier: 'front' });
    expect(parseMessage(line.replace(/{"name".*?"front"}/, '["a"]'))?.attributes).toEqual({});
  });

  it('does not let a label become a prototype', () => {
    const message = parseMessage(
      '{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"__proto__":"x","name":"web"}}}',
    );
    expect(Object.getPrototypeOf(message?.attributes)).toBe(Object.prototype);
    expect(message?.attributes['name']).toBe('web');
  });
});

describe('nanoseconds', () => {
  it('are exact, where a double is not', () => {
    expect(nanoseconds(start)).toBe(1_795_406_591_406_826_513n);
  });

  it('are not taken from a label that looks like them', () => {
    const label = JSON.stringify({ Attributes: { x: '"timeNano":1', timeNano: '2' }, timeNano: 3 });
    expect(nanoseconds(label)).toBe(3n);
  });

  it('are those of the second where no finer time is said, and none where none is', () => {
    expect(nanoseconds('{"time":7}')).toBe(7_000_000_000n);
    expect(nanoseconds('{}')).toBeUndefined();
  });
});

describe('engineTime', () => {
  it.each([
    [0n, '0.000000000'],
    [1n, '0.000000001'],
    [1_795_406_591_000_000_013n, '1795406591.000000013'],
  ])('writes %s as %s', (nanos, text) => {
    expect(engineTime(nanos)).toBe(text);
  });
});
