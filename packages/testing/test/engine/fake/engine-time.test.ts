import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/clock/index.ts';
import {
  EngineTime,
  parseFloatingTimestamp,
  parseTimestamp,
  timeText,
} from '../../../src/engine/fake/engine-time.ts';

const START = 1_700_000_000_000;

describe("the engine's clock", () => {
  it('gives each event a later time than the one before, though the clock stands still', () => {
    const time = new EngineTime(new ManualClock(START));
    const times = Array.from({ length: 1000 }, () => time.next());
    expect(times).toEqual([...new Set(times)].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('is never before its latest event', () => {
    const time = new EngineTime(new ManualClock(START));
    const latest = Array.from({ length: 5000 }, () => time.next()).at(-1) ?? 0n;
    expect(time.now()).toBeGreaterThanOrEqual(latest);
  });

  it('goes with the clock that it is given', async () => {
    const clock = new ManualClock(START);
    const time = new EngineTime(clock);
    expect(time.now()).toBe(BigInt(START) * 1_000_000n);
    await clock.advance(1500);
    expect(time.now()).toBe(BigInt(START + 1500) * 1_000_000n);
  });

  it('can be set back, and then gives earlier times', () => {
    const time = new EngineTime(new ManualClock(START));
    const before = time.next();
    time.step(-60_000);
    expect(time.now()).toBe(BigInt(START - 60_000) * 1_000_000n);
    expect(time.next()).toBeLessThan(before);
  });

  it('gives times that a double would round', () => {
    const time = new EngineTime(new ManualClock(START));
    const nanos = time.next();
    expect(BigInt(Number(nanos))).not.toBe(nanos);
  });
});

describe('times as they are written', () => {
  it.each([
    ['5', 5_000_000_000n],
    ['5.5', 5_500_000_000n],
    ['5.000000001', 5_000_000_001n],
    ['5.1234567899', 5_123_456_789n],
    ['0', 0n],
    ['-2', -2_000_000_000n],
    ['1795406863.175293119', 1_795_406_863_175_293_119n],
  ])('%s is read as it stands', (text, nanos) => expect(parseTimestamp(text)).toBe(nanos));

  it.each([null, '', '-1'])('%j is no time', (text) => expect(parseTimestamp(text)).toBeUndefined());

  it.each(['x', '5.', '.5', '5.x', '2023-01-01'])('%s is refused', (text) =>
    expect(() => parseTimestamp(text)).toThrow(/invalid syntax/),
  );

  it('Podman reads them as floating point', () => {
    const nanos = parseFloatingTimestamp('1795406863.175293119') ?? 0n;
    expect(nanos).not.toBe(1_795_406_863_175_293_119n);
    expect(Math.abs(Number(nanos - 1_795_406_863_175_293_119n))).toBeLessThan(512);
    expect(parseFloatingTimestamp('')).toBeUndefined();
    expect(() => parseFloatingTimestamp('x')).toThrow();
  });

  it('RFC 3339 has all nine digits', () => {
    expect(timeText(1_700_000_000_000_000_007n)).toBe('2023-11-14T22:13:20.000000007Z');
  });
});
