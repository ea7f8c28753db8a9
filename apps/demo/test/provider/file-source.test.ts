import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from '../../src/provider/file-source.ts';
import { RouteProvider } from '../../src/provider/route-provider.ts';
import { type Route, target } from '../../src/routes/route.ts';
import { listeningLogger } from './support.ts';

const live = new AbortController().signal;
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'demo-file-'));
  path = join(directory, 'routes.yml');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('the list of a file', () => {
  const list = () => fileSource(path, 'file', listeningLogger().logger).list(live);

  it('is the routes that it defines', async () => {
    await writeFile(path, 'app: {port: 81}');
    expect(await list()).toMatchObject({
      routes: [{ alias: 'app', port: 81, origin: 'routes.yml' }],
      problems: [],
    });
  });

  it('is unknown where there is no file', async () => {
    expect(await list()).toEqual({ routes: undefined, problems: [`${path}: no such file`] });
  });

  it('is unknown for a bad file, with path, line, column and reason', async () => {
    await writeFile(path, 'app:\n  port: x\n');
    const { routes, problems } = await list();
    expect(routes).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/routes\.yml:2:9: app\.port: expected a port/)]);
    expect(problems[0]?.startsWith(path)).toBe(true);
  });

  it('tells no more than ten mistakes one by one', async () => {
    await writeFile(path, Array.from({ length: 25 }, (_, i) => `a${i}: {port: x}`).join('\n'));
    const { problems } = await list();
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe(`${path}: 15 more mistakes`);
  });

  it('fails for a file that is too large', async () => {
    await writeFile(path, `# ${'x'.repeat(256 * 1024)}`);
    await expect(list()).rejects.toThrow('it has more than 262144 bytes; split it into several files');
    await truncate(path, 500_000_000); // sparse
    await expect(list()).rejects.toThrow('it has more than 262144 bytes');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a directory', () => mkdir(path)],
    ['a named pipe', async () => execFileSync('mkfifo', [path])],
    ['a device', () => symlink('/dev/zero', path)],
  ])('fails for %s, without waiting for it', async (what, make) => {
    await make();
    await expect(list()).rejects.toThrow(`it is ${what}; expected a regular file`);
  });
});

describe('a provider of a file', () => {
  let abort: AbortController;
  let running: Promise<void>;
  let lines: string[];
  let routes: string[] | undefined;

  beforeEach(() => {
    abort = new AbortController();
    routes = undefined;
    const listening = listeningLogger();
    lines = listening.lines;
    const apply = (listed: readonly Route[]) => {
      routes = listed.map((route) => `${route.alias} ${target(route)}`);
    };
    const source = fileSource(path, 'file', listening.logger);
    running = new RouteProvider({ source, apply, logger: listening.logger }).run(abort.signal);
  });

  afterEach(async () => {
    abort.abort();
    await running;
  });

  const soon = { timeout: 15_000 };

  it('follows the file as it comes, is edited, is replaced and goes', async () => {
    await expect.poll(() => lines, soon).toContain(`error: ${path}: no such file`);
    await writeFile(path, 'app: {port: 81}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:81']);
    await writeFile(path, 'app: {port: 82}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:82']);
    await writeFile(`${path}.new`, 'app: {port: 83}');
    await rename(`${path}.new`, path);
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:83']);
    await rm(path);
    await expect.poll(() => lines.filter((line) => line.endsWith('no such file')), soon).toHaveLength(2);
    expect(routes).toEqual(['app http://localhost:83']);
    await writeFile(path, '# no routes');
    await expect.poll(() => routes, soon).toEqual([]);
  });

  it('keeps the last good routes while a named pipe is in its place', async () => {
    await writeFile(path, 'app: {port: 81}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:81']);
    await rm(path);
    execFileSync('mkfifo', [path]);
    await expect.poll(() => lines, soon).toContainEqual(expect.stringContaining('it is a named pipe'));
    expect(routes).toEqual(['app http://localhost:81']);
    await rm(path);
    await writeFile(path, 'app: {port: 82}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:82']);
  });

  it('keeps the last good routes through a bad edit, and takes the next good one', async () => {
    await writeFile(path, 'app: {port: 81}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:81']);
    await writeFile(path, 'app:\n  port: 81\n  hots: h\n');
    await expect
      .poll(() => lines, soon)
      .toContain(`error: ${path}:3:3: app: unknown "hots": expected scheme, host or port`);
    expect(routes).toEqual(['app http://localhost:81']);
    await writeFile(path, 'app:\n  port: 81\n  host: h\n');
    await expect.poll(() => routes, soon).toEqual(['app http://h:81']);
    expect(lines.at(-1)).toBe(`info: ${path} is in order again`);
  });
});
