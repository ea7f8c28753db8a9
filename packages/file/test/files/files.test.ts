import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Informer } from '@watcher/informer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FileInfo, type FilesOptions, files } from '../../src/index.ts';

let folder: string;
const cleanup: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(async () => {
  for (const close of cleanup.splice(0)) await close();
  await rm(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();
const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });
const json = (content: string | Uint8Array) => JSON.parse(String(content)) as { port: number };

async function follow<V>(options: FilesOptions<V> = {}) {
  const informer = new Informer<FileInfo<V>, never>(files(folder, options) as never, { quietPeriod: 10 });
  cleanup.push(() => informer.close());
  await informer.synced;
  return informer;
}
const file = (name: string, content: string) => ({
  name,
  content,
  value: undefined,
  problem: undefined,
  isMissing: false,
});

test('lists regular files with their contents, without hidden and ignored ones and directories', async () => {
  await write('a.yml', 'a: 1');
  await write('.hidden', 'no');
  await write('b.tmp', 'no');
  await mkdir(join(folder, 'folder'));
  await symlink('a.yml', join(folder, 'link.yml'));
  const source = files(folder, { ignore: /\.tmp$/ });
  const listed = await source.list(signal);
  expect(listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    file('a.yml', 'a: 1'),
    file('link.yml', 'a: 1'),
  ]);
  for (const name of ['.hidden', 'b.tmp', 'folder', 'none', '../x', ''])
    expect(await source.get?.(name, signal)).toBeUndefined();
});

test('an informer follows files as they come, are edited, are replaced and go', async () => {
  await write('a.yml', '1');
  const informer = await follow();
  expect([...informer.store.values()]).toEqual([file('a.yml', '1')]);
  await write('a.yml', '2');
  await write('b.yml', '1');
  await eventually(() => expect(informer.store.get('a.yml')?.content).toBe('2'));
  await eventually(() => expect(informer.store.get('b.yml')?.content).toBe('1'));
  await write('new', '3');
  await rename(join(folder, 'new'), join(folder, 'a.yml'));
  await eventually(() => expect(informer.store.get('a.yml')?.content).toBe('3'));
  await rm(join(folder, 'a.yml'));
  await eventually(() => expect([...informer.store.keys()]).toEqual(['b.yml']));
});

test('bytes are bytes', async () => {
  await write('x', Uint8Array.of(0, 255, 10));
  expect(await files(folder, { as: 'bytes' }).get?.('x', signal)).toMatchObject({
    content: Uint8Array.of(0, 255, 10),
  });
});

test('a file that is too large has a problem in place of its content', async () => {
  await write('x', '12345');
  const problem = 'it has more than 4 bytes';
  expect(await files(folder, { maxSize: 4 }).get?.('x', signal)).toMatchObject({
    content: undefined,
    problem,
  });
  expect(await files(folder, { maxSize: 5 }).get?.('x', signal)).toMatchObject({
    content: '12345',
    problem: undefined,
  });
});

describe('with `parse`', () => {
  test('a file that does not parse keeps its last good value, and has the reason', async () => {
    await write('a.json', '{"port":1}');
    const informer = await follow({ parse: json });
    expect(informer.store.get('a.json')).toMatchObject({ value: { port: 1 }, problem: undefined });
    await write('a.json', '{"port":');
    await eventually(() => expect(informer.store.get('a.json')?.problem).toContain('JSON'));
    expect(informer.store.get('a.json')).toMatchObject({ content: '{"port":', value: { port: 1 } });
    await write('a.json', '{"port":2}');
    await eventually(() =>
      expect(informer.store.get('a.json')).toMatchObject({ value: { port: 2 }, problem: undefined }),
    );
  });

  test('one that never parsed has no value, and costs no other', async () => {
    await write('a.json', 'no');
    await write('b.json', '{"port":1}');
    const informer = await follow({ parse: json });
    expect(informer.store.get('a.json')?.value).toBeUndefined();
    expect(informer.store.get('b.json')?.value).toEqual({ port: 1 });
  });
});

describe('a file that is gone', () => {
  test('is kept with `keepMissing`, also through a list, until it is back', async () => {
    await write('a.json', '{"port":1}');
    const source = files(folder, { parse: json, keepMissing: true });
    await source.list(signal);
    await rm(join(folder, 'a.json'));
    const kept = { name: 'a.json', value: { port: 1 }, isMissing: true };
    expect(await source.get?.('a.json', signal)).toMatchObject(kept);
    expect(await source.list(signal)).toMatchObject([kept]);
    await rm(folder, { recursive: true });
    expect(await source.list(signal)).toMatchObject([kept]);
    await mkdir(folder);
    await write('a.json', '{"port":2}');
    expect(await source.list(signal)).toMatchObject([{ value: { port: 2 }, isMissing: false }]);
  });

  test('is gone without it, and its last good value with it', async () => {
    await write('a.json', '{"port":1}');
    const source = files(folder, { parse: json });
    await source.list(signal);
    await rm(join(folder, 'a.json'));
    expect(await source.list(signal)).toEqual([]);
    await write('a.json', 'no');
    expect(await source.get?.('a.json', signal)).toMatchObject({ value: undefined });
  });
});

test('a directory that does not exist has no files', async () => {
  expect(await files(join(folder, 'none')).list(signal)).toEqual([]);
});

test.each([
  ['as', 'json', 'Invalid option "as": expected "text" or "bytes", got "json".'],
  ['maxSize', 0, 'Invalid option "maxSize": expected a whole number of at least 1, got 0.'],
  ['parse', 'json', 'Invalid option "parse": expected a function, got "json".'],
  ['keepMissing', 1, 'Invalid option "keepMissing": expected true or false, got 1.'],
  ['settleTime', -1, 'Invalid option "settleTime"'],
])('rejects %s: %o', (name, value, message) => {
  expect(() => files('x', { [name]: value } as FilesOptions)).toThrow(message);
});
