import { chmod, mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FileSystem } from '../../src/fs/file-system.ts';
import { Listing } from '../../src/system/listing.ts';
import { playground } from '../support/playground.ts';
import { unprivileged } from '../support/unprivileged.ts';

const DAY = 86_400_000;

async function directory() {
  const place = await playground();
  await mkdir(place.at('config'));
  await writeFile(place.at('config', 'a.yml'), 'x');
  const path = place.at('config');
  const local = new FileSystem();
  const listing = new Listing(path, local);
  const locate = (path: string) => ({ ...local.locate(path), hasReliableTimes: false });
  const unreliable = new Listing(path, Object.assign(new FileSystem(), { locate }));
  return {
    ...place,
    path,
    file: (name: string) => place.at('config', name),
    /** As a poll does that comes long after everything that was done. */
    later: () => listing.names(Date.now() + DAY),
    now: () => listing.names(Date.now()),
    anywhere: () => unreliable.names(Date.now() + DAY),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

test('names are those of the directory after each change of them, though they were listed before', async () => {
  await using it = await directory();
  expect(await it.later()).toEqual(['a.yml']);
  await writeFile(it.file('b.yml'), 'x');
  expect((await it.later()).toSorted()).toEqual(['a.yml', 'b.yml']);
  await rename(it.file('b.yml'), it.file('c.yml'));
  expect((await it.later()).toSorted()).toEqual(['a.yml', 'c.yml']);
  await unlink(it.file('a.yml'));
  expect(await it.later()).toEqual(['c.yml']);
});

test('names are listed anew while the directory is young, and where it is not local', async () => {
  await using it = await directory();
  for (const [list, isKept] of [
    [it.anywhere, false],
    [it.now, false],
    [it.later, true],
  ] as const) {
    const [first, second] = [await list(), await list()];
    expect(first === second).toBe(isKept);
  }
});

test('a directory that is replaced has its own names, and one that may not be read any more has none', async () => {
  await using it = await directory();
  expect(await it.later()).toEqual(['a.yml']);
  await rename(it.path, it.at('away'));
  await mkdir(it.path);
  expect(await it.later()).toEqual([]);
  await unprivileged([it.at(), it.path], async () => {
    await chmod(it.path, 0o000);
    await expect(it.later()).rejects.toMatchObject({ code: 'EACCES' });
    await chmod(it.path, 0o700);
  });
  await rename(it.path, it.at('gone'));
  await expect(it.later()).rejects.toMatchObject({ code: 'ENOENT' });
});
