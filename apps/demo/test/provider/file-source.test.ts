import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
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
  const list = () => fileSource(path, listeningLogger().logger).list(live);

  it('is the routes that it defines', async () => {
    await writeFile(path, 'app: {port: 81}');
    expect(await list()).toMatchObject({
      routes: [{ alias: 'app', port: 81, origin: 'routes.yml' }],
      problems: [],
    });
  });

  it('is empty, with a word, where there is no file', async () => {
    expect(await list()).toEqual({ routes: [], problems: [`${path}: no such file; it defines no routes`] });
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

  it('is unknown for a file that is no file of routes by its size', async () => {
    await writeFile(path, `# ${'x'.repeat(1024 * 1024)}`);
    expect(await list()).toEqual({ routes: undefined, problems: [`${path}: more than 1048576 bytes`] });
  });

  it('fails where the file cannot be read', async () => {
    await mkdir(path);
    await expect(list()).rejects.toThrow(/EISDIR/);
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
    const source = fileSource(path, listening.logger);
    running = new RouteProvider({ source, apply, logger: listening.logger }).run(abort.signal);
  });

  afterEach(async () => {
    abort.abort();
    await running;
  });

  const soon = { timeout: 15_000 };

  it('follows the file as it comes, is edited, is replaced and goes', async () => {
    await expect.poll(() => routes, soon).toEqual([]);
    await writeFile(path, 'app: {port: 81}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:81']);
    await writeFile(path, 'app: {port: 82}');
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:82']);
    await writeFile(`${path}.new`, 'app: {port: 83}');
    await rename(`${path}.new`, path);
    await expect.poll(() => routes, soon).toEqual(['app http://localhost:83']);
    await rm(path);
    await expect.poll(() => routes, soon).toEqual([]);
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
