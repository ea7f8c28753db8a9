import { describe, expect, it } from 'vitest';
import { completeMessage, type EngineMessage } from '../../../src/engine/fake/message.ts';
import { EventRing } from '../../../src/engine/fake/ring.ts';

const at = (timeNano: bigint): EngineMessage =>
  completeMessage({ Type: 'test', Action: `${timeNano}` }, () => timeNano);

function ringOf(...times: bigint[]): EventRing {
  const ring = new EventRing(256);
  for (const time of times) ring.add(at(time));
  return ring;
}

const replayed = (ring: EventRing, range: { since?: bigint; until?: bigint; exclusive?: boolean }) =>
  ring
    .replay({
      since: range.since,
      until: range.until,
      exclusive: range.exclusive ?? false,
      include: () => true,
    })
    .map(({ timeNano }) => timeNano);

describe('the ring', () => {
  it('replays nothing when no time is asked for', () => {
    expect(replayed(ringOf(1n, 2n), {})).toEqual([]);
  });

  it('replays from `since` on, that time included', () => {
    expect(replayed(ringOf(1n, 2n, 2n, 3n), { since: 2n })).toEqual([2n, 2n, 3n]);
  });

  it('replays up to `until`, that time included', () => {
    expect(replayed(ringOf(1n, 2n, 3n, 4n), { since: 2n, until: 3n })).toEqual([2n, 3n]);
    expect(replayed(ringOf(1n, 2n, 3n), { until: 2n })).toEqual([1n, 2n]);
  });

  it('leaves both times out where they exclude', () => {
    expect(replayed(ringOf(1n, 2n, 3n, 4n), { since: 1n, until: 4n, exclusive: true })).toEqual([2n, 3n]);
  });

  it('stops at the first older event from the newest back, and does not see what lies behind it', () => {
    expect(replayed(ringOf(10n, 11n, 3n, 12n), { since: 10n })).toEqual([12n]);
  });

  it('passes over events that are later than `until`, and goes on', () => {
    expect(replayed(ringOf(10n, 30n, 11n), { since: 10n, until: 20n })).toEqual([10n, 11n]);
  });

  it('tells nanoseconds apart that are the same number as a double', () => {
    const [one, next] = [1_700_000_000_000_000_001n, 1_700_000_000_000_000_002n];
    expect(Number(one)).toBe(Number(next));
    expect(replayed(ringOf(one, next), { since: next })).toEqual([next]);
  });

  it('holds as many as it is made for, and forgets the oldest', () => {
    const ring = new EventRing(3);
    for (let time = 1n; time <= 5n; time++) ring.add(at(time));
    expect(replayed(ring, { since: 0n })).toEqual([3n, 4n, 5n]);
    ring.clear();
    expect(replayed(ring, { since: 0n })).toEqual([]);
  });
});
