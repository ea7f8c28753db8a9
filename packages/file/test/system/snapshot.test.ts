import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { directoryIdentity, isPlainName, look, sameFile, sameStat } from '../../src/system/snapshot.ts';
import { type Playground, playground } from '../support/playground.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { until } from '../support/wait.ts';

const LIMIT = 1000;

test('a file is known by its identity, size, times and the hash of its whole content', async () => {
  await using place = await playground();
  await writeFile(place.at('a'), 'one');
  await utimes(place.at('a'), 1, 2);
  const found = await look(place.path, 'a', LIMIT);
  expect(found).toMatchObject({
    kind: 'file',
    via: undefined,
    state: { size: 3n, mtimeNs: 2_000_000_000n, content: 'whole' },
  });
  await writeFile(place.at('b'), 'one');
  await writeFile(place.at('c'), 'two');
  const hashes = await Promise.all(['a', 'b', 'c'].map((name) => look(place.path, name, LIMIT).then(hashOf)));
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

test('every byte up to the limit counts, and above it none', async () => {
  await using place = await playground();
  const size = 600_000; // more than one read
  await writeFile(place.at('a'), Buffer.alloc(size));
  await writeFile(place.at('b'), Buffer.alloc(size).fill(1, size - 1));
  const looked = await Promise.all(['a', 'b'].map((name) => look(place.path, name, size).then(hashOf)));
  expect(looked[0]).not.toBe(looked[1]);
  expect(await look(place.path, 'a', size - 1)).toMatchObject({
    kind: 'file',
    state: { content: 'large', hash: '' },
  });
});

test('an empty file has a content too', async () => {
  await using place = await playground();
  await writeFile(place.at('a'), '');
  expect(await look(place.path, 'a', LIMIT)).toMatchObject({
    kind: 'file',
    state: { size: 0n, content: 'whole' },
  });
});

const onLinux = test.runIf(process.platform === 'linux');

onLinux(
  'a file whose content has another length than its size is known by what two reads agree on',
  async () => {
    const found = await look('/sys/class/net/lo', 'mtu', 5000);
    expect(found).toMatchObject({ kind: 'file', state: { size: 4096n, content: 'whole' } });
    expect(stateOf(found).hasReliableStat, 'its stat proves nothing').toBe(false);
    expect(hashOf(found)).toBe(hashOf(await look('/sys/class/net/lo', 'mtu', 5000)));
  },
);

onLinux('what the kernel makes up, and says to be empty, is known by its content', async () => {
  const [first, second] = [await look('/proc', 'version', LIMIT), await look('/proc', 'version', LIMIT)];
  expect(first).toMatchObject({ kind: 'file', state: { size: 0n, content: 'whole' } });
  expect(hashOf(first)).toBe(hashOf(second));
  expect(hashOf(first)).not.toBe(hashOf(await look('/proc', 'filesystems', 100_000)));
  expect(await look('/proc', 'version', 5)).toMatchObject({ kind: 'file', state: { content: 'large' } });
});

onLinux('a file that shrinks while it is read is not stable', async () => {
  await using place = await playground();
  let unstable = 0;
  for (let i = 0; i < 200 && unstable === 0; i++) {
    await writeFile(place.at('a'), Buffer.alloc(4_000_000));
    const [found] = await Promise.all([look(place.path, 'a', 5_000_000), truncate(place.at('a'), 10)]);
    if (found.kind === 'unstable') unstable++;
    // Whatever it was seen as, it was not seen with a hash of half of it.
    else if (found.kind === 'file') expect([10n, 4_000_000n]).toContain(found.state.size);
  }
  expect(unstable).toBe(1);
});

test('what is no regular file is absent: a directory, a pipe, a dangling symlink, a circle of them', async () => {
  await using place = await playground();
  await mkdir(place.at('directory'));
  execFileSync('mkfifo', [place.at('pipe')]);
  await symlink('nowhere', place.at('dangling'));
  await symlink('circle', place.at('circle'));
  await symlink('directory', place.at('to-directory'));
  for (const name of ['directory', 'pipe', 'dangling', 'circle', 'to-directory', 'nothing']) {
    expect(await look(place.path, name, LIMIT)).toMatchObject({ kind: 'absent' });
  }
  expect(await look(place.at('nothing'), 'a', LIMIT)).toMatchObject({ kind: 'absent' });
  expect(await look(place.at('pipe'), 'a', LIMIT)).toMatchObject({ kind: 'absent' });
});

test('a symlink is the file that it leads to, and says through which names it leads', async () => {
  await using place = await playground();
  await mkdir(place.at('..1'));
  await writeFile(place.at('..1', 'a'), 'x');
  await symlink('..1', place.at('..data'));
  await symlink('..data/a', place.at('a'));
  await symlink('./a', place.at('b'));
  await symlink(place.at('..1', 'a'), place.at('absolute'));
  await symlink(join(place.path, '..', 'a'), place.at('absolutely-elsewhere'));
  await symlink('../gone', place.at('dangling'));
  await symlink('round', place.at('circle'));
  await symlink('circle', place.at('round'));
  expect(await look(place.path, 'a', LIMIT)).toMatchObject({
    kind: 'file',
    via: ['..data', '..1'],
    state: { size: 1n },
  });
  expect(await look(place.path, 'b', LIMIT)).toMatchObject({ kind: 'file', via: ['a', '..data', '..1'] });
  expect(await look(place.path, 'absolute', LIMIT)).toMatchObject({ kind: 'file', via: ['..1'] });
  expect(await look(place.path, 'absolutely-elsewhere', LIMIT)).toEqual({ kind: 'absent', via: [] });
  expect(await look(place.path, 'dangling', LIMIT)).toEqual({ kind: 'absent', via: [] });
  expect(await look(place.path, 'circle', LIMIT)).toEqual({ kind: 'absent', via: ['round'] });
});

test('a chain of symlinks is followed for as many steps as the system follows it, and no further', async () => {
  await using place = await playground();
  const chain = Array.from({ length: 100 }, (_, i) => `${i}`);
  for (const [i, name] of chain.entries()) await symlink(`${i + 1}`, place.at(name));
  await writeFile(place.at('100'), 'x');
  expect(await look(place.path, '0', LIMIT)).toEqual({ kind: 'absent', via: chain.slice(1, 41) });
  expect(await look(place.path, '60', LIMIT)).toMatchObject({
    kind: 'file',
    via: [...chain.slice(61), '100'],
  });
});

/** Does something to a directory over and over, in a process of its own, while names in it are looked at. */
async function faultsDuring(script: string, place: Playground, looks: () => Promise<Looked>[]) {
  const child = spawn(process.execPath, ['-e', script], { cwd: place.path });
  const exit = once(child, 'exit');
  await until(() => existsSync(place.at('a')), 'it to have begun');
  const faults: unknown[] = [];
  try {
    for (let i = 0; i < 2000; i++) {
      for (const found of await Promise.all(looks())) if ('fault' in found) faults.push(found.fault);
    }
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
  return faults.filter((fault) => fault !== undefined);
}

onLinux('a file that is replaced again and again is said to be nothing odd', async () => {
  await using place = await playground();
  const script = `
    const { renameSync, writeFileSync } = require('node:fs');
    for (;;) { writeFileSync('next', 'xx'); renameSync('next', 'a'); }`;
  const looks = () => Array.from({ length: 8 }, () => look(place.path, 'a', 1));
  expect(await faultsDuring(script, place, looks)).toEqual([]);
});

onLinux('a file whose place is taken by a pipe or a directory again and again is no fault', async () => {
  await using place = await playground();
  await writeFile(place.at('file'), 'x');
  execFileSync('mkfifo', [place.at('pipe')]);
  await mkdir(place.at('directory'));
  const script = `
    const { linkSync, renameSync, symlinkSync } = require('node:fs');
    for (;;) {
      for (const kind of ['file', 'pipe', 'file']) { linkSync(kind, 'next'); renameSync('next', 'a'); }
      symlinkSync('directory', 'next');
      renameSync('next', 'a');
    }`;
  const looks = () => Array.from({ length: 4 }, () => look(place.path, 'a', 100));
  expect(await faultsDuring(script, place, looks)).toEqual([]);
});

test('a file that may not be read has its size and times, and what stands in the way', async () => {
  await using place = await playground();
  await writeFile(place.at('a'), 'x');
  await chmod(place.at('a'), 0);
  await unprivileged([place.path, place.at('a')], async () => {
    const found = await look(place.path, 'a', LIMIT);
    expect(found).toMatchObject({
      kind: 'file',
      state: { size: 1n, content: 'unread' },
      fault: { code: 'EACCES' },
    });
    await chmod(place.path, 0);
    expect(await look(place.path, 'a', LIMIT)).toMatchObject({ kind: 'unknown', fault: { code: 'EACCES' } });
    await chmod(place.path, 0o700);
  });
});

test('a file is the same under another name, and another file is not, though its size and times are', async () => {
  await using place = await playground();
  await writeFile(place.at('a'), 'x');
  await writeFile(place.at('b'), 'x');
  await utimes(place.at('a'), 1, 1);
  await utimes(place.at('b'), 1, 1);
  const [a, b] = [stateOf(await look(place.path, 'a', LIMIT)), stateOf(await look(place.path, 'b', LIMIT))];
  expect(sameFile(a, b)).toBe(false);
  await rename(place.at('a'), place.at('c'));
  const c = stateOf(await look(place.path, 'c', LIMIT));
  expect(sameFile(a, c)).toBe(true);
  expect(sameStat(a, c), 'a rename shows in the times').toBe(false);
});

test('a directory that is made again is another one', async () => {
  await using place = await playground();
  await mkdir(place.at('a'));
  const first = await directoryIdentity(place.at('a'));
  expect(await directoryIdentity(place.at('a'))).toBe(first);
  await rename(place.at('a'), place.at('b'));
  await mkdir(place.at('a'));
  expect(await directoryIdentity(place.at('a'))).not.toBe(first);
  expect(await directoryIdentity(place.at('b'))).toBe(first);
  await writeFile(place.at('file'), '');
  expect(await directoryIdentity(place.at('file'))).toBeUndefined();
  await expect(directoryIdentity(place.at('nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each(['', '.', '..', 'a/b', '/', '/a', '../a', 'a\0', '\0'])('%j is no name in a directory', (name) => {
  expect(isPlainName(name)).toBe(false);
});

test.each(['a', '...', '..data', '.env', 'a b', '-', '~', '\n'])('%j is one', (name) => {
  expect(isPlainName(name)).toBe(true);
});

type Looked = Awaited<ReturnType<typeof look>>;

function stateOf(found: Looked) {
  if (found.kind !== 'file') throw new Error(`not a file but ${found.kind}`);
  return found.state;
}

function hashOf(found: Looked): string {
  return stateOf(found).hash;
}
