import { describe, expect, test } from 'vitest';
import type { SettleTimes } from '../../src/options.ts';
import { type Doubt, Doubts, lookAgainAt } from '../../src/picture/settle.ts';
import type { FileState, Look } from '../../src/system/snapshot.ts';
import { state } from '../support/states.ts';

const times: SettleTimes = { quiet: 50, grace: 100, patience: 500, bound: 2000 };

describe('a name in doubt is to be looked at', () => {
  test('once it was left alone for the settle time, since the latest hint', () => {
    const doubts = new Doubts(times);
    doubts.hint('a', 1000);
    expect(doubts.next()).toBe(1050);
    doubts.hint('a', 1040);
    expect(doubts.next()).toBe(1090);
    expect(doubts.due(1089)).toEqual([]);
    expect(doubts.due(1090).map(({ name }) => name)).toEqual(['a']);
  });

  test('at the bound, however often it is hinted', () => {
    const doubts = new Doubts(times);
    for (let now = 1000; now < 3000; now += 10) doubts.hint('a', now);
    expect(doubts.next()).toBe(3000);
    doubts.hint('a', 3100);
    expect(doubts.due(3100).map(({ name }) => name)).toEqual(['a']);
  });

  test('each by its own hints', () => {
    const doubts = new Doubts(times);
    doubts.hint('a', 1000);
    doubts.hint('b', 1030);
    expect(doubts.next()).toBe(1050);
    expect(doubts.due(1060).map(({ name }) => name)).toEqual(['a']);
    doubts.settle('a');
    expect(doubts.next()).toBe(1080);
  });

  test('never again once it is settled', () => {
    const doubts = new Doubts(times);
    const doubt = doubts.hint('a', 1000);
    expect(doubt.settled).toBe(false);
    doubts.settle('a');
    expect(doubt.settled).toBe(true);
    expect(doubts.next()).toBeUndefined();
    expect([...doubts]).toEqual([]);
  });
});

const file = (now: FileState): Look => ({ kind: 'file', via: undefined, state: now });
const absent: Look = { kind: 'absent', via: undefined };
const unstable: Look = {
  kind: 'unstable',
  via: undefined,
  state: state(1, 'x', { content: 'torn', hash: '' }),
};

/** Hinted once, at 1000, and looked at at `now`. */
function again(found: Look, known: FileState | undefined, now: number, doubt: Partial<Doubt> = {}) {
  const hinted = new Doubts(times).hint('a', 1000);
  return lookAgainAt(Object.assign(hinted, doubt), found, known, 1, now, times);
}

describe('a look is believed', () => {
  test.each<[string, Look, FileState | undefined, number, number | undefined]>([
    ['at a file that was left alone', file(state(1, 'y')), state(1, 'x'), 1050, undefined],
    ['at a new file that was left alone', file(state(1, 'y')), undefined, 1050, undefined],
    ['not at one that was written while it was read', unstable, state(1, 'x'), 1050, 1100],
    ['even at that once the bound is reached', unstable, state(1, 'x'), 3000, undefined],
    ['not at one that is gone, before the grace is over', absent, state(1, 'x'), 1050, 1150],
    ['that an unknown name is not there', absent, undefined, 1050, undefined],
    ['not at an empty file that was none', file(state(1, '')), state(1, 'x'), 1050, 1500],
    ['not at an empty file in the place of another', file(state(2, '')), state(1, 'x'), 1050, 1500],
    ['not at an empty file that is new', file(state(1, '')), undefined, 1050, 1500],
    ['at an empty file after some patience', file(state(1, '')), state(1, 'x'), 1500, undefined],
    ['at an empty file that was empty before', file(state(1, '')), state(1, ''), 1050, undefined],
    ['not at a file suddenly less than half as long', file(state(1, 'x')), state(1, 'xxx'), 1050, 1500],
    ['at a file half as long', file(state(1, 'x')), state(1, 'xx'), 1050, undefined],
    ['at another file in its place, however short', file(state(2, 'x')), state(1, 'xxx'), 1050, undefined],
    ['that nothing can be told', { kind: 'unknown', fault: new Error() }, state(1, 'x'), 1050, undefined],
  ])('%s', (_, found, known, now, expected) => {
    expect(again(found, known, now)).toBe(expected);
  });

  test('that it is gone when the grace is over, counted from when it was first gone', () => {
    const doubt = new Doubts(times).hint('a', 1000);
    const known = state(1, 'x');
    expect(lookAgainAt(doubt, absent, known, 1, 1050, times)).toBe(1150);
    expect(lookAgainAt(doubt, absent, known, 1, 1149, times)).toBe(1150);
    expect(lookAgainAt(doubt, absent, known, 1, 1150, times)).toBeUndefined();
  });

  test('that it is gone only after another grace when it was there in between', () => {
    const doubt = new Doubts(times).hint('a', 1000);
    const known = state(1, 'x');
    lookAgainAt(doubt, absent, known, 1, 1050, times);
    lookAgainAt(doubt, file(known), known, 1, 1100, times);
    expect(lookAgainAt(doubt, absent, known, 1, 1200, times)).toBe(1300);
  });

  test('not when a hint came while it was looked at', () => {
    expect(again(file(state(1, 'y')), state(1, 'x'), 1055, { hints: 2, due: 1100 })).toBe(1100);
  });

  test('not when it is not what it was when it was last seen, and only when it is that for the settle time', () => {
    const doubt = Object.assign(new Doubts(times).hint('a', 1000), { seen: state(1, 'x') });
    const now = state(1, 'y', { mtimeNs: 6n });
    expect(lookAgainAt(doubt, file(now), state(1, 'z'), 1, 1050, times)).toBe(1100);
    expect(lookAgainAt(doubt, file(now), state(1, 'z'), 1, 1100, times)).toBeUndefined();
  });

  test('at an empty file not before the patience since it was last seen to change', () => {
    const doubt = Object.assign(new Doubts(times).hint('a', 1000), { seen: state(1, 'x') });
    expect(lookAgainAt(doubt, file(state(1, '')), state(1, 'x'), 1, 1400, times)).toBe(1450);
    expect(lookAgainAt(doubt, file(state(1, '')), state(1, 'x'), 1, 1450, times)).toBe(1900);
  });

  test('at an empty file at the bound, whatever the patience', () => {
    expect(again(file(state(1, '')), state(1, 'x'), 2900, { hinted: 2850 })).toBe(3000);
    expect(again(file(state(1, '')), state(1, 'x'), 3000, { hinted: 2850 })).toBeUndefined();
  });
});

describe('a name that came, and under which nothing was written,', () => {
  /** The name came at 1000, and is looked at 2 ms later. */
  function early(found: Look, known?: FileState, isKnownElsewhere = false) {
    const doubts = new Doubts(times);
    const doubt = doubts.hint('a', 1000, true);
    expect(doubts.next()).toBe(1002);
    return lookAgainAt(doubt, found, known, 1, 1002, times, isKnownElsewhere);
  }

  test('is believed soon if it is that of another, whole file', () => {
    expect(early(file(state(2, 'y')), state(1, 'x'))).toBeUndefined();
    expect(early(file(state(2, 'y')))).toBeUndefined();
  });

  test.each<[string, Look, FileState | undefined, boolean]>([
    ['the file is the known one', file(state(1, 'y')), state(1, 'x'), false],
    ['the file is empty, as one that was just made', file(state(2, '')), undefined, false],
    [
      'the file has another name, under which it may be written',
      file(state(2, 'y', { nlink: 2n })),
      undefined,
      false,
    ],
    ['its stat proves nothing', file(state(2, 'y', { hasReliableStat: false })), undefined, false],
    ['the file is known under another name, as a backup is', file(state(2, 'y')), undefined, true],
    ['it was written while it was read', unstable, undefined, false],
    ['it is gone', absent, state(1, 'x'), false],
  ])('waits for the settle time if %s', (_, found, known, isKnownElsewhere) => {
    expect(early(found, known, isKnownElsewhere)).toBe(1050);
  });

  test('waits for the settle time once something is written', () => {
    const doubts = new Doubts(times);
    doubts.hint('a', 1000, true);
    doubts.hint('a', 1001);
    expect(doubts.next()).toBe(1051);
  });

  test('is given as long to come back as any other when it is gone', () => {
    const doubt = new Doubts(times).hint('a', 1000, true);
    expect(lookAgainAt(doubt, absent, state(1, 'x'), 1, 1002, times)).toBe(1050);
    expect(lookAgainAt(doubt, absent, state(1, 'x'), 1, 1050, times)).toBe(1150);
  });
});
