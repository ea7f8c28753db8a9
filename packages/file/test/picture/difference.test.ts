import { describe, expect, test } from 'vitest';
import { type Change, difference, findMoves, remembered, shownOf } from '../../src/picture/difference.ts';
import type { FileState } from '../../src/system/snapshot.ts';
import { state } from '../support/states.ts';

type Files = Record<string, FileState | undefined>;

const cases: [sentence: string, known: Files, found: Files, changes: string[]][] = [
  ['nothing leads to nothing', {}, {}, []],
  ['a name not known before is created', {}, { a: state(1, 'x') }, ['created a']],
  ['a known name with other content is written', { a: state(1, 'x') }, { a: state(1, 'y') }, ['written a']],
  ['another file with other content is written', { a: state(1, 'x') }, { a: state(2, 'y') }, ['written a']],
  ['another file with the same content is none', { a: state(1, 'x') }, { a: state(2, 'x') }, []],
  [
    'the same content at another time is none',
    { a: state(1, 'x') },
    { a: state(1, 'x', { mtimeNs: 6n }) },
    [],
  ],
  ['a known name that is gone is deleted', { a: state(1, 'x') }, { a: undefined }, ['deleted a']],
  ['an unknown name that is gone is none', {}, { a: undefined }, []],
  [
    'a name that was not looked at is as it was',
    { a: state(1, 'x'), b: state(2, 'x') },
    { b: undefined },
    ['deleted b'],
  ],
  [
    'a rename is Renamed, then Created',
    { a: state(1, 'x') },
    { a: undefined, b: state(1, 'x') },
    ['renamed a > b', 'created b < a'],
  ],
  [
    'in whatever order the names are found',
    { a: state(1, 'x') },
    { b: state(1, 'x'), a: undefined },
    ['renamed a > b', 'created b < a'],
  ],
  [
    'a rename onto a file is Renamed, then Written',
    { a: state(1, 'x'), b: state(2, 'y') },
    { a: undefined, b: state(1, 'x') },
    ['renamed a > b', 'written b < a'],
  ],
  [
    'a rename onto a file of the same content is told, and said to change nothing',
    { a: state(1, 'x'), b: state(2, 'x') },
    { a: undefined, b: state(1, 'x') },
    ['renamed a > b', 'written b < a (same)'],
  ],
  [
    'a file that was renamed and written is renamed',
    { a: state(1, 'x') },
    { a: undefined, b: state(1, 'y') },
    ['renamed a > b', 'created b < a'],
  ],
  [
    'an inode that is used again is another file',
    { a: state(1, 'x') },
    { a: undefined, b: state(1, 'x', { birthtimeNs: 99n }) },
    ['deleted a', 'created b'],
  ],
  [
    'an inode of another device is another file',
    { a: state(1, 'x') },
    { a: undefined, b: state(1, 'x', { dev: 2n }) },
    ['deleted a', 'created b'],
  ],
  [
    'without birth times, the same content speaks for a rename',
    { a: state(1, 'x', { birthtimeNs: 0n }) },
    { a: undefined, b: state(1, 'x', { birthtimeNs: 0n, ctimeNs: 9n }) },
    ['renamed a > b', 'created b < a'],
  ],
  [
    'without birth times, other content speaks against it',
    { a: state(1, 'x', { birthtimeNs: 0n }) },
    { a: undefined, b: state(1, 'y', { birthtimeNs: 0n }) },
    ['deleted a', 'created b'],
  ],
  ['a second name of a file is created', { a: state(1, 'x') }, { b: state(1, 'x') }, ['created b']],
  [
    'a file that is in its old place still was not renamed',
    { a: state(1, 'x') },
    { a: state(1, 'x'), b: state(1, 'x') },
    ['created b'],
  ],
  [
    'two names of one file that are gone are one rename',
    { a: state(1, 'x'), b: state(1, 'x') },
    { a: undefined, b: undefined, c: state(1, 'x') },
    ['deleted b', 'renamed a > c', 'created c < a'],
  ],
  [
    'a symlink that is gone was not renamed to what it led to',
    { a: state(1, 'x', { linked: true }) },
    { a: undefined, b: state(1, 'x') },
    ['deleted a', 'created b'],
  ],
  [
    'nor is a file to a symlink that leads to it under another name',
    { a: state(1, 'x') },
    { a: undefined, b: state(1, 'x', { linked: true }), c: state(1, 'x') },
    ['created b', 'renamed a > c', 'created c < a'],
  ],
  [
    'a name that a file had besides others, and has no more, was not renamed',
    { a: state(1, 'x', { nlink: 2n }) },
    { a: undefined, b: state(1, 'x', { nlink: 1n }) },
    ['deleted a', 'created b'],
  ],
  [
    'one of several names of a file that is another now is renamed',
    { a: state(1, 'x', { nlink: 2n }) },
    { a: undefined, b: state(1, 'x', { nlink: 2n }) },
    ['renamed a > b', 'created b < a'],
  ],
  [
    'one that is gone has one new name',
    { a: state(1, 'x') },
    { a: undefined, b: state(1, 'x'), c: state(1, 'x') },
    ['renamed a > b', 'created b < a', 'created c'],
  ],
  [
    'two files that change places are written',
    { a: state(1, 'x'), b: state(2, 'y') },
    { a: state(2, 'y'), b: state(1, 'x') },
    ['written a', 'written b'],
  ],
  [
    'a rotation: the last is created, and each before it is as it is now',
    { log: state(1, 'x'), 'log.1': state(2, 'y') },
    { log: undefined, 'log.1': state(1, 'x'), 'log.2': state(2, 'y') },
    ['renamed log > log.1', 'written log.1 < log', 'created log.2'],
  ],
  [
    'a large file with other times is written',
    { a: state(1, 'x', { content: 'large', hash: '' }) },
    { a: state(1, 'x', { content: 'large', hash: '', mtimeNs: 6n }) },
    ['written a'],
  ],
  [
    'a large file with another time of its last chmod is too, since that may hide a write',
    { a: state(1, 'x', { content: 'large', hash: '' }) },
    { a: state(1, 'x', { content: 'large', hash: '', ctimeNs: 6n }) },
    ['written a'],
  ],
  [
    'a file that may no longer be read, and has its size and time, is none',
    { a: state(1, 'x') },
    { a: state(1, 'x', { content: 'unread', hash: '', ctimeNs: 6n }) },
    [],
  ],
  [
    'one that may not be read, of another time, is written',
    { a: state(1, 'x') },
    { a: state(1, 'x', { content: 'unread', hash: '', mtimeNs: 6n }) },
    ['written a'],
  ],
  [
    'one that may be read at last is written',
    { a: state(1, 'x', { content: 'unread', hash: '' }) },
    { a: state(1, 'x') },
    ['written a'],
  ],
  [
    'one that was torn is written',
    { a: state(1, 'x') },
    { a: state(1, 'x', { content: 'torn', hash: '' }) },
    ['written a'],
  ],
  [
    'and is written again when it is whole',
    { a: state(1, 'x', { content: 'torn', hash: '' }) },
    { a: state(1, 'x') },
    ['written a'],
  ],
];

test.each(cases)('%s', (_, known, found, expected) => {
  expect(changes(known, found)).toEqual(expected);
});

describe('with `rewrites`', () => {
  test.each<[string, Partial<FileState>, string[]]>([
    ['nothing new is none', {}, []],
    ['another time of writing is written', { mtimeNs: 6n }, ['written a']],
    ['another time of the last chmod is written', { ctimeNs: 6n }, ['written a']],
    ['another file is written', { ino: 2n }, ['written a']],
  ])('%s', (_, now, expected) => {
    expect(changes({ a: state(1, 'x') }, { a: state(1, 'x', now) }, true)).toEqual(expected);
  });
});

test('a new name that nobody looked at is told with the Renamed alone', () => {
  const known = new Map([['a', state(1, 'x')]]);
  const found = new Map([['a', undefined]]);
  expect(difference(known, found, new Map([['a', 'b']]), false)).toEqual([
    { kind: 'renamed', name: 'a', to: 'b' },
  ]);
});

test.each<[string, Change, string | undefined]>([
  ['to a shown name is told', { kind: 'renamed', name: 'a', to: 'b' }, 'renamed a > b'],
  ['to one that is not shown is Deleted', { kind: 'renamed', name: 'a', to: '.b' }, 'deleted a'],
  [
    'is told with the new name',
    { kind: 'created', name: 'b', state: state(1, 'x'), from: 'a', same: false },
    'created b < a',
  ],
  [
    'from a name that is not shown is the new name alone',
    { kind: 'written', name: 'b', state: state(1, 'x'), from: '.a', same: false },
    'written b',
  ],
  [
    'from one that is not shown, onto the same content, is none',
    { kind: 'written', name: 'b', state: state(1, 'x'), from: '.a', same: true },
    undefined,
  ],
])('a rename %s', (_, change, expected) => {
  const shown = shownOf(change, (name) => !name.startsWith('.'));
  expect(shown && lineOf(shown)).toBe(expected);
});

test('remembers a file that may no longer be read as it was, at its old times', () => {
  const unread = state(1, 'x', { content: 'unread', hash: '', ctimeNs: 6n });
  expect(remembered(state(1, 'x'), unread)).toEqual(state(1, 'x'));
  expect(remembered(undefined, unread)).toBe(unread);
});

function changes(known: Files, found: Files, rewrites = false): string[] {
  const before = new Map(Object.entries(known)) as Map<string, FileState>;
  const now = new Map(Object.entries(found));
  return difference(before, now, findMoves(before, now), rewrites).map(lineOf);
}

function lineOf(change: Change): string {
  if (change.kind === 'renamed') return `renamed ${change.name} > ${change.to}`;
  if (change.kind === 'deleted') return `deleted ${change.name}`;
  const from = change.from === undefined ? '' : ` < ${change.from}`;
  return `${change.kind} ${change.name}${from}${change.same ? ' (same)' : ''}`;
}
