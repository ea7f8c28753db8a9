import { mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Locator } from '../../src/fs/locator.ts';
import { MountTable } from '../../src/fs/mount-table.ts';
import { type Playground, playground } from '../support/playground.ts';

const ROOT = '26 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw';

/** A locator of a system on which the given file systems are mounted in a playground. */
function locatorWith(
  place: Playground,
  ...mounts: [id: number, parent: number, name: string, type: string][]
) {
  const lines = mounts.map(([id, parent, name, type]) => {
    const point = place.at(name).replaceAll(' ', '\\040');
    return `${id} ${parent} 0:${id} / ${point} rw - ${type} ${type} rw`;
  });
  return new Locator(new MountTable([ROOT, ...lines, ''].join('\n')));
}

test.each([
  ['ext4', true, true],
  ['tmpfs', true, true],
  ['overlay', true, true],
  ['vfat', true, false],
  ['squashfs', true, false],
  ['nfs4', false, false],
  ['fuse.sshfs', false, false],
  ['fuseblk', false, false],
  ['9p', false, false],
  ['virtiofs', false, false],
  ['proc', false, false],
  ['sysfs', false, false],
  ['autofs', false, false],
  ['of tomorrow', false, false],
])('knows whether %s answers, and whether its times prove anything', (type, isLocal, hasReliableTimes) => {
  const locator = new Locator(new MountTable(ROOT.replace('ext4', type.replace(' ', '\\040'))));
  expect(locator.locate('/a')).toMatchObject({ isLocal, hasReliableTimes });
});

test('finds the mount that a path leads to, through symlinks, without touching what may not answer', async () => {
  await using place = await playground();
  await mkdir(place.at('config'));
  await mkdir(place.at('my nfs'));
  await symlink(place.at('my nfs', 'sub', 'a.yml'), place.at('config', 'a.yml'));
  await symlink('config', place.at('link'));
  await symlink('../my nfs', place.at('config', 'up'));
  await symlink('loop', place.at('loop'));
  const locator = locatorWith(place, [50, 26, 'my nfs', 'nfs4']);
  const typeOf = (...names: string[]) => locator.locate(place.at(...names)).mount?.type;
  expect(typeOf('config', 'b.yml')).toBe('ext4');
  expect(typeOf('my nfs')).toBe('nfs4');
  expect(typeOf('config', 'a.yml')).toBe('nfs4');
  expect(typeOf('link', 'a.yml')).toBe('nfs4');
  expect(typeOf('config', 'up', 'c.yml')).toBe('nfs4');
  expect(typeOf('config', '..', 'config', 'b.yml')).toBe('ext4');
  expect(locator.locate(`${place.path}/link/../my nfs`).mount?.type, 'as the kernel goes').toBe('nfs4');
  expect(typeOf('loop', 'x')).toBe('ext4');
  expect([...locator.mountPointsIn(locator.locate(place.path))]).toEqual(['my nfs']);
});

test('takes the mount on top, and none that one above it hides', async () => {
  await using place = await playground();
  const locator = locatorWith(place, [50, 26, 'a/b', 'nfs4'], [51, 26, 'a', 'tmpfs'], [52, 51, 'a', 'xfs']);
  expect(locator.locate(place.at('a')).mount?.type).toBe('xfs');
  expect(locator.locate(place.at('a', 'b', 'c')).mount?.type).toBe('xfs');
});

test('expects no answer where the system lists no mounts', () => {
  expect(new Locator(undefined).locate('/a')).toMatchObject({ isLocal: false, hasReliableTimes: false });
  expect(new Locator(new MountTable('nonsense\n')).locate('/a')).toMatchObject({ isLocal: false });
});
