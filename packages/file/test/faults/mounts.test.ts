import { mkdir, rename, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { Contained, whyNotContained } from '../support/contained.ts';
import { playground } from '../support/playground.ts';
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
