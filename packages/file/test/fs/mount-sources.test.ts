import { mkdir } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { FileSystem } from '../../src/fs/file-system.ts';
import { MountSources } from '../../src/fs/mount-sources.ts';
import { MountTable } from '../../src/fs/mount-table.ts';
import { type Playground, playground } from '../support/playground.ts';

let mountinfo = '';

vi.mock('../../src/fs/mount-table.ts', async (original) => {
  const real = await original<typeof import('../../src/fs/mount-table.ts')>();
  return { ...real, readMountTable: () => new real.MountTable(mountinfo) };
});

/** What the system lists where `root` is mounted at `point`, with the number 40. */
function listed(root: string, point: string): string {
  const escaped = (path: string) => path.replaceAll(' ', '\\040');
  return [
    '30 1 254:0 / / rw shared:1 - ext4 /dev/vda rw',
    `40 30 254:0 ${escaped(root)} ${escaped(point)} rw shared:1 master:2 - ext4 /dev/vda rw`,
    '',
  ].join('\n');
}

async function check(sources: MountSources, fileSystem: FileSystem): Promise<unknown[]> {
  fileSystem.refresh();
  const findings = await sources.check([]);
  return findings.map(({ error }) => error?.details);
}

async function prepared(): Promise<Playground & { sources: MountSources; fileSystem: FileSystem }> {
  const place = await playground();
  await mkdir(place.at('etc'));
  const fileSystem = new FileSystem();
  return { ...place, fileSystem, sources: new MountSources(place.at('etc'), fileSystem) };
}

test('a source that is moved, deleted and back is reported as it is', async () => {
  await using made = await prepared();
  const { sources, fileSystem } = made;
  const point = made.at('etc');
  const details = { isFile: false, point, source: '/srv/the config' };
  mountinfo = listed('/srv/the config', point);
  expect(await check(sources, fileSystem)).toEqual([undefined]);
  mountinfo = listed('/srv/the config.old', point);
  expect(await check(sources, fileSystem)).toEqual([{ ...details, movedTo: '/srv/the config.old' }]);
  mountinfo = listed('/srv/the config.old//deleted', point);
  expect(await check(sources, fileSystem)).toEqual([{ ...details, movedTo: undefined }]);
  mountinfo = listed('/srv/the config', point);
  expect(await check(sources, fileSystem)).toEqual([undefined]);
});

test('a source that was deleted before the first look is reported', async () => {
  await using made = await prepared();
  mountinfo = listed('/srv/config//deleted', made.at('etc'));
  expect(await check(made.sources, made.fileSystem)).toEqual([
    { isFile: false, point: made.at('etc'), source: '/srv/config', movedTo: undefined },
  ]);
});

test('another mount with the same number is another mount', async () => {
  await using made = await prepared();
  const { rmdir } = await import('node:fs/promises');
  mountinfo = listed('/srv/config', made.at('etc'));
  expect(await check(made.sources, made.fileSystem)).toEqual([undefined]);
  // Keeps the number of its inode from being used again.
  await mkdir(made.at('other'));
  await rmdir(made.at('etc'));
  await mkdir(made.at('between'));
  await mkdir(made.at('etc'));
  mountinfo = listed('/srv/other', made.at('etc'));
  expect(await check(made.sources, made.fileSystem)).toEqual([undefined]);
});

test('a mount that is gone is reported no more, and the list of the rest is read in any order', async () => {
  await using made = await prepared();
  mountinfo = listed('/srv/config//deleted', made.at('etc')).split('\n').reverse().join('\n');
  expect(await check(made.sources, made.fileSystem)).toHaveLength(1);
  mountinfo = '30 1 254:0 / / rw - ext4 /dev/vda rw\n';
  expect(await check(made.sources, made.fileSystem)).toEqual([undefined]);
});

test('where the system lists no mounts, or none that makes sense, nothing is reported', async () => {
  await using made = await prepared();
  for (const text of ['', 'x', '1 2 3', '\\777 \\040 - \0', '40 30 254:0 /a']) {
    mountinfo = text;
    expect(await check(made.sources, made.fileSystem)).toEqual([]);
  }
});

test('a list of 100,000 mounts is read within a second', () => {
  const line = (n: number) => `${n} 30 0:${n} / /mnt/${n}\\040x rw shared:${n} - tmpfs tmpfs rw`;
  const text = Array.from({ length: 100_000 }, (_, n) => line(n + 31)).join('\n');
  const start = performance.now();
  const table = new MountTable(`30 1 254:0 / / rw - ext4 /dev/vda rw\n${text}`);
  expect(table.mountPointsIn('/mnt').size).toBe(100_000);
  expect(performance.now() - start).toBeLessThan(5000);
});
