import { execFileSync } from 'node:child_process';
import { copyFile, link, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { Contained, whyNotContained } from '../support/contained.ts';
import { type Playground, playground } from '../support/playground.ts';
import { testWith } from '../support/required.ts';

const test = testWith(whyNotContained());

describe('a file that is mounted alone, as into a container', () => {
  test('is written when it is written outside in place, and said to be stale when it is replaced there', async () => {
    await using place = await playground();
    // With a blank, which the system's list of mounts writes in its own way.
    const [path, outside] = [place.at('the config'), place.at('outside.yml')];
    await mkdir(path);
    await writeFile(place.at('the config', 'a.yml'), '');
    await writeFile(outside, 'one');
    const mount = `mount --bind "${outside}" "${place.at('the config', 'a.yml')}"`;
    await using watcher = new Contained(path, { pollInterval: 100 }, mount);
    await watcher.line(/^ready$/);
    await writeFile(outside, 'two');
    await watcher.line(/^written a.yml$/);
    await writeFile(place.at('next'), 'three');
    await rename(place.at('next'), outside);
    expect(await watcher.line(/^error/)).toMatch(
      /REPLACED_OUTSIDE.*the mount holds the old file.*Mount its directory/,
    );
  });
});

describe('a directory', () => {
  test('that is mounted over is the one on top, from the next poll on', async () => {
    await using place = await playground();
    const path = place.at('config');
    await mkdir(path);
    await mkdir(place.at('over'));
    await writeFile(place.at('config', 'a.yml'), 'below');
    await writeFile(place.at('over', 'a.yml'), 'above');
    await using watcher = new Contained(path, { pollInterval: 100 });
    await watcher.line(/^ready$/);
    watcher.run(`mount --bind "${place.at('over')}" "${path}"`);
    await watcher.line(/^written a.yml$/);
    await writeFile(place.at('over', 'b.yml'), 'x');
    await watcher.line(/^created b.yml$/);
    watcher.run(`umount "${path}"`);
    await watcher.line(/^deleted b.yml$/);
    await writeFile(place.at('config', 'c.yml'), 'x');
    await watcher.line(/^created c.yml$/);
  });
});

/** A file `outside/a.yml` that is mounted alone at `config/a.yml`. */
async function mountedFile(made: Playground, name = 'a.yml'): Promise<Contained> {
  for (const folder of ['outside', 'config']) await mkdir(made.at(folder));
  await writeFile(made.at('outside', name), 'old');
  await writeFile(made.at('config', name), '');
  const prepare = `mount --bind "${made.at('outside', name)}" "${made.at('config', name)}"`;
  const watcher = new Contained(made.at('config'), { pollInterval: 100 }, prepare);
  await watcher.line(/^ready$/);
  return watcher;
}

describe('a file that is mounted alone is reported when it is replaced outside', () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    [
      'by a tool that keeps the old file under another name',
      async (path) => {
        await rename(path, `${path}.old`);
        await writeFile(path, 'new');
      },
    ],
    ['by sed with a backup', async (path) => execFileSync('sed', ['-i.bak', 's/old/new/', path])],
    ['by sed without one', async (path) => execFileSync('sed', ['-i', 's/old/new/', path])],
    [
      'while another hard link keeps it',
      async (path) => {
        await link(path, `${path}.pinned`);
        await copyFile(path, `${path}.next`);
        await rename(`${path}.next`, path);
      },
    ],
    ['by nothing: it is deleted', unlink],
    [
      'together with its directory',
      (path) => rename(path.replace('/a.yml', ''), `${path.replace('/a.yml', '')}.old`),
    ],
  ])('%s', async (_, replace) => {
    await using made = await playground();
    await using watcher = await mountedFile(made);
    await replace(made.at('outside', 'a.yml'));
    const error = await watcher.line(/^error/);
    expect(error).toMatch(/^error REPLACED_OUTSIDE.*mounted as a single file.*Mount its directory instead/);
    expect(error).toContain(`"${made.at('config', 'a.yml')}"`);
    expect(error).toContain(`its source "${made.at('outside', 'a.yml')}"`);
  });

  test('whatever its name is', async () => {
    const names = [
      'a b.yml',
      'back\\slash',
      'hash#',
      'ü😀.yml',
      'tab\there',
      'line\nfeed',
      'deleted',
      "quote'",
    ];
    await using made = await playground();
    for (const folder of ['outside', 'config']) {
      await mkdir(made.at(folder));
      for (const name of names) await writeFile(made.at(folder, name), '');
    }
    const prepare = `for f in "${made.at('outside')}"/*; do mount --bind "$f" "${made.at('config')}/$(basename "$f")"; done`;
    await using watcher = new Contained(made.at('config'), { pollInterval: 100 }, prepare);
    await watcher.line(/^ready$/);
    for (const name of names) await unlink(made.at('outside', name));
    await watcher.lineCount(/^error REPLACED_OUTSIDE/, names.length);
  });

  test('behind a symlink too', async () => {
    await using made = await playground();
    for (const folder of ['outside', 'elsewhere', 'config']) await mkdir(made.at(folder));
    await writeFile(made.at('outside', 'a.yml'), 'old');
    await writeFile(made.at('elsewhere', 'a.yml'), '');
    await symlink('../elsewhere/a.yml', made.at('config', 'a.yml'));
    const prepare = `mount --bind "${made.at('outside', 'a.yml')}" "${made.at('elsewhere', 'a.yml')}"`;
    await using watcher = new Contained(made.at('config'), { pollInterval: 100 }, prepare);
    await watcher.line(/^ready$/);
    await writeFile(made.at('outside', 'a.yml'), 'in place');
    await watcher.line(/^written a.yml$/);
    await rename(made.at('outside', 'a.yml'), made.at('outside', 'b.yml'));
    await watcher.line(/^error REPLACED_OUTSIDE/);
  });

  test('and no more once it is mounted anew, whose changes arrive again', async () => {
    await using made = await playground();
    await using watcher = await mountedFile(made);
    const [path, outside] = [made.at('config', 'a.yml'), made.at('outside', 'a.yml')];
    await rename(outside, `${outside}.old`);
    await writeFile(outside, 'new');
    await watcher.line(/^error REPLACED_OUTSIDE/);
    watcher.run(`umount "${path}"; mount --bind "${outside}" "${path}"`);
    await watcher.line(/^written a.yml$/);
    await rename(outside, `${outside}.2`);
    await watcher.lineCount(/^error REPLACED_OUTSIDE/, 2);
  });
});

/** A directory `outside` with a file that is mounted at `etc`; `below` is what is watched of it. */
async function mountedDirectory(made: Playground, below = ''): Promise<Contained> {
  await mkdir(made.at('outside', below), { recursive: true });
  await mkdir(made.at('etc'));
  await writeFile(made.at('outside', below, 'a.yml'), 'old');
  const prepare = `mount --bind "${made.at('outside')}" "${made.at('etc')}"`;
  const watcher = new Contained(made.at('etc', below), { pollInterval: 100 }, prepare);
  await watcher.line(/^ready$/);
  return watcher;
}

const recreate = async (path: string) => {
  await rm(path, { recursive: true });
  await mkdir(path);
};
const swap = async (path: string) => {
  await mkdir(`${path}.new`);
  await rename(path, `${path}.old`);
  await rename(`${path}.new`, path);
};

describe('a mounted directory is reported when it is replaced outside', () => {
  test.each([
    ['deleted and made again', recreate, ''],
    ['moved away', swap, ''],
    ['deleted and made again above the watched one', recreate, 'conf.d'],
    ['moved away above the watched one', swap, 'conf.d'],
  ] as const)('%s', async (_, replace, below) => {
    await using made = await playground();
    await using watcher = await mountedDirectory(made, below);
    await replace(made.at('outside'));
    const error = await watcher.line(/^error REPLACED_OUTSIDE/);
    expect(error).toContain(`the directory that is mounted at "${made.at('etc')}"`);
    expect(error).toContain(`its source "${made.at('outside')}"`);
    expect(error).toContain('Restart the container');
  });

  test('and no more once it is back, whose changes arrive', async () => {
    await using made = await playground();
    await using watcher = await mountedDirectory(made);
    await rename(made.at('outside'), made.at('away'));
    await watcher.line(/^error REPLACED_OUTSIDE/);
    await rename(made.at('away'), made.at('outside'));
    await writeFile(made.at('outside', 'a.yml'), 'new');
    await watcher.line(/^written a.yml$/);
    // Reported anew: it was over in between.
    await rename(made.at('outside'), made.at('away'));
    await watcher.lineCount(/^error REPLACED_OUTSIDE/, 2);
  });
});

test('a directory of a mount whose other parts change is not reported', async () => {
  await using made = await playground();
  await using watcher = await mountedDirectory(made, 'conf.d');
  await mkdir(made.at('outside', 'others'));
  await rename(made.at('outside', 'others'), made.at('outside', 'others.old'));
  await writeFile(made.at('next'), 'new');
  await rename(made.at('next'), made.at('outside', 'conf.d', 'a.yml'));
  await watcher.line(/^written a.yml$/);
  expect(watcher.lines.filter((line) => line.startsWith('error'))).toEqual([]);
});
