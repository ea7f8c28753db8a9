import { Action, type FileEvent, isForceReload } from '@watcher/events';
import { describe, expect, test } from 'vitest';
import { eventOf, latestOfEachPath, reloadOf } from '../../src/observation/file-events.ts';
import type { Change } from '../../src/picture/difference.ts';
import { lineOf } from '../support/recorder.ts';
import { state } from '../support/states.ts';

const at = state(1, 'x', { mtimeNs: 1_577_836_800_123_999_999n });

test('a change becomes an event of the seven fields, and of the two names of a rename', () => {
  const common = { type: 'file', actorName: 'a', actorId: '', actorAttributes: {}, source: './config' };
  const made: Change = { kind: 'created', name: 'a', state: at, same: false };
  expect(eventOf(made, './config', 7)).toStrictEqual({
    ...common,
    action: Action.FileCreated,
    time: 1_577_836_800_123,
  });
  expect(eventOf({ ...made, kind: 'written', from: 'b' }, './config', 7)).toStrictEqual({
    ...common,
    action: Action.FileWritten,
    time: 1_577_836_800_123,
    renamedFrom: 'b',
  });
  expect(eventOf({ kind: 'deleted', name: 'a' }, './config', 7)).toStrictEqual({
    ...common,
    action: Action.FileDeleted,
    time: 7,
  });
  expect(eventOf({ kind: 'renamed', name: 'a', to: 'b' }, './config', 7)).toStrictEqual({
    ...common,
    action: Action.FileRenamed,
    time: 7,
    renamedTo: 'b',
  });
});

const created: Change = { kind: 'created', name: 'a', state: at, same: false };
const written: Change = { ...created, kind: 'written' };
const arrived: Change = { ...created, from: 'b' };
const deleted: Change = { kind: 'deleted', name: 'a' };
const renamed: Change = { kind: 'renamed', name: 'a', to: 'c' };

describe('of what waits for its consumer, each path keeps its latest state', () => {
  test.each<[string, Change[], string]>([
    ['what was written twice is written', [written, written], 'written a'],
    ['what was created and written is created', [created, written], 'created a'],
    ['what was written and deleted is deleted', [written, deleted], 'deleted a'],
    ['what was deleted and created is written: its consumer knew it', [deleted, created], 'written a'],
    [
      'what was created, deleted and created is created: its consumer did not',
      [created, deleted, created],
      'created a',
    ],
    ['what was created, deleted, created and written too', [created, deleted, created, written], 'created a'],
    ['what was written and renamed is renamed', [written, renamed], 'renamed a > c'],
    ['what was renamed and created is written', [renamed, created], 'written a'],
    ['what came by a rename and was written came by it still', [arrived, written], 'created a < b'],
    ['what came by a rename, was deleted and written did not', [arrived, deleted, created], 'created a'],
  ])('%s', (_, changes, expected) => {
    const { key, merge } = latestOfEachPath();
    const events: FileEvent[] = changes.map((change) => eventOf(change, 'here', 7));
    expect(new Set(events.map(key))).toEqual(new Set(['a']));
    const merged = events.reduce(merge);
    const from = !isForceReload(merged) && merged.renamedFrom ? ` < ${merged.renamedFrom}` : '';
    expect(lineOf(merged) + from).toBe(expected);
  });

  test('and a ForceReload is merged with nothing', () => {
    expect(latestOfEachPath().key(reloadOf('here', 'overflow', 7))).toBeUndefined();
  });
});
