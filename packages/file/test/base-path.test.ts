import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { absoluteBasePath } from '../src/base-path.ts';
import { ConfigFileWatcher, DirectoryWatcher } from '../src/index.ts';
import { type Playground, playground } from './support/playground.ts';
import { record } from './support/recorder.ts';

/** `current` leads to `releases/42/app`, beside which there is a `config`; so there is beside `current`. */
async function releases(): Promise<Playground> {
  const place = await playground();
  for (const version of ['42', '43']) {
    await mkdir(place.at('releases', version, 'app'), { recursive: true });
    await mkdir(place.at('releases', version, 'config'));
    await writeFile(place.at('releases', version, 'config', 'a.yml'), version);
  }
  await mkdir(place.at('config'));
  await writeFile(place.at('config', 'a.yml'), 'beside the symlink');
  await symlink('releases/42/app', place.at('current'));
  return place;
}

describe('a base path with `..` after a symlink', () => {
  test.each([
    ['absolute', (path: string) => path],
    [
      'relative',
      (path: string) =>
        `${relative(process.cwd(), path.replace('/current/../config', ''))}/current/../config`,
    ],
  ])('leads where the kernel goes (%s)', async (_, spelled) => {
    await using place = await releases();
    const path = `${place.path}/current/../config`;
    await using directory = await record(new DirectoryWatcher(spelled(path), { pollInterval: false }));
    await using file = await record(
      new ConfigFileWatcher('a.yml', { basePath: spelled(path), pollInterval: false }),
    );
    await writeFile(place.at('config', 'a.yml'), 'of no interest');
    await writeFile(place.at('releases', '42', 'config', 'a.yml'), 'written');
    expect(await directory.lineCount(1)).toEqual(['written a.yml']);
    expect(await file.lineCount(1)).toEqual(['written a.yml']);
    await writeFile(place.at('releases', '42', 'config', 'b.yml'), 'created');
    expect(await directory.lineCount(2)).toEqual(['written a.yml', 'created b.yml']);
  });

  test('follows the symlink when it is pointed elsewhere', async () => {
    await using place = await releases();
    const path = `${place.path}/current/../config`;
    await using seen = await record(new DirectoryWatcher(path, { pollInterval: 50 }));
    await symlink('releases/43/app', place.at('next'));
    await rename(place.at('next'), place.at('current'));
    await seen.lineCount(1);
    await writeFile(place.at('releases', '43', 'config', 'a.yml'), 'written');
    expect(await seen.lineCount(2)).toEqual(['written a.yml', 'written a.yml']);
  });

  test('is waited for where the kernel would find it', async () => {
    await using place = await releases();
    const path = `${place.path}/current/../later/config`;
    await using seen = await record(new DirectoryWatcher(path, { pollInterval: false }));
    expect(seen.errorCodes).toEqual(['DIRECTORY_MISSING']);
    await mkdir(place.at('later', 'config'), { recursive: true });
    await mkdir(place.at('releases', '42', 'later', 'config'), { recursive: true });
    await writeFile(place.at('releases', '42', 'later', 'config', 'a.yml'), 'x');
    expect(await seen.lineCount(1)).toEqual(['created a.yml']);
  });

  test('is one and the same for every spelling that leads there in the same way', async () => {
    await using place = await releases();
    const options = { basePath: `${place.path}/current/../config` };
    await using _ = await record(new ConfigFileWatcher('a.yml', options));
    const respelled = { basePath: `${place.path}//current/.././config/`, settleTime: 20 };
    expect(() => new ConfigFileWatcher('a.yml', respelled)).toThrow(/"settleTime"/);
  });
});

test.each([
  ['/a/b/../c', '/a/c'],
  ['/a/../../b', '/b'],
  ['/a/./b//c/', '/a/b/c'],
  ['/', '/'],
  ['/..', '/'],
  ['.', process.cwd()],
  ['a..b/..c', `${process.cwd()}/a..b/..c`],
])('%s is %s: without a symlink, `..` removes the name before it', (given, expected) => {
  expect(absoluteBasePath(given)).toBe(expected);
});

test('a second `..` after a symlink is left to the kernel too', async () => {
  await using place = await releases();
  const given = `${place.path}/current/../../42/x/../config`;
  expect(absoluteBasePath(given)).toBe(`${place.path}/current/../../42/config`);
});
