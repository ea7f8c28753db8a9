import { expect, test } from 'vitest';
import { Rereads } from '../../src/picture/rereads.ts';
import type { FileState } from '../../src/system/snapshot.ts';
import { state } from '../support/states.ts';

const unreliable = (ino: number, size = 1n) => state(ino, 'x', { hasReliableStat: false, size });

function rereadsOf(files: ReadonlyMap<string, FileState>): (now: number) => string[] {
  const rereads = new Rereads();
  for (const [name, each] of files) rereads.set(name, each);
  return (now) => rereads.due(files, now);
}

test('has a file read again every 5 s where its stat proves nothing, and no other file', () => {
  const due = rereadsOf(
    new Map([
      ['a', unreliable(1)],
      ['b', state(2, 'x')],
      ['c', state(3, '', { hasReliableStat: false, content: 'large' })],
    ]),
  );
  expect(due(1000)).toEqual(['a']);
  expect(due(5999)).toEqual([]);
  expect(due(6000)).toEqual(['a']);
});

test('has no more than 32 files and 256 KiB a second read, each in its turn', () => {
  const files = new Map(Array.from({ length: 100 }, (_, i) => [`${i}`, unreliable(i)]));
  const due = rereadsOf(files);
  const seen: string[] = [];
  for (let now = 0; now < 5000; now += 1000) {
    const names = due(now);
    expect(names.length).toBeLessThanOrEqual(33);
    seen.push(...names);
  }
  expect(seen).toEqual([...files.keys()]);
});

test('has what follows a large file wait for as long as that counts', () => {
  const due = rereadsOf(
    new Map([
      ['large', unreliable(1, 1024n * 1024n)],
      ['small', unreliable(2)],
    ]),
  );
  expect(due(0)).toEqual(['large']);
  expect(due(3000)).toEqual([]);
  expect(due(3100)).toEqual(['small']);
});
