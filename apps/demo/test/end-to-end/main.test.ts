import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, open, readFile, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify, stripVTControlCharacters } from 'node:util';
import { FakeEngine } from '@watcher/testing/engine';
import { describe, expect, it, vi } from 'vitest';
import { Demo } from './demo-process.ts';

const app = 'app:\n  port: 8080\n';
const run = promisify(execFile);

// Each test starts a process, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe('the demo, where no engine is', () => {
  it('logs why, and shows the routes of the embedded engine', async () => {
    await using demo = await Demo.start({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' }, routes: app });
    await demo.logged(/^no Docker Engine: .*unix:\/\/\/nowhere\/docker\.sock \(ENOENT\)/);
    await demo.logged(/^no Docker Engine answers here, so an embedded one takes its place/);
    await demo.logged(/^added app: http:\/\/localhost:8080 \(routes\.yml\)$/);
    await demo.logged(/^added web: http:\/\/127\.0\.0\.1:\d+ \(container web\)$/);
    await demo.logged(/^added shop: /);
    await demo.until(() => /│ shop │ .* │ container shop$/m.test(demo.output), 'shop');
  });

  it('writes a line for each change, and JSON into the log, where it is piped', async () => {
    await using demo = await Demo.start({ args: ['--embedded'], routes: app });
    await demo.until(() => demo.output.includes('added │ app │ http://localhost:8080 │ routes.yml\n'), 'app');
    expect(demo.output).toBe(stripVTControlCharacters(demo.output));
    expect(demo.stray).toBe('');
  });

  it('writes JSON objects with --json', async () => {
    await using demo = await Demo.start({ args: ['--embedded', '--json'], routes: app });
    await demo.until(() => demo.output.includes('"app"'), 'app');
    const lines = demo.output.trimEnd().split('\n');
    const changes = lines.map((line) => JSON.parse(line) as { change: string; route: { alias: string } });
    expect(changes).toContainEqual({
      time: expect.any(Number),
      change: 'added',
      route: { alias: 'app', scheme: 'http', host: 'localhost', port: 8080, origin: 'routes.yml' },
    });
  });

  it('proxies to its containers, and shows them on its page', async () => {
    await using demo = await Demo.start({ args: ['--embedded'], routes: app });
    await demo.logged(/^added web: /);
    const { page, proxy } = await demo.addresses();
    const { stdout } = await run('curl', ['-s', '-H', 'Host: web.localhost', proxy]);
    expect(stdout).toBe('Hello from the container web, request 1.\n');
    expect(await (await fetch(page)).text()).toContain('container web');
  });
});

describe('an edit of the file', () => {
  it('changes the routes, and each change is logged once', async () => {
    await using demo = await Demo.start({ args: ['--embedded'], routes: app });
    await demo.logged(/^added app: /);
    await appendFile(demo.routesFile, 'wiki:\n  host: 10.0.0.5\n');
    await demo.logged(/^added wiki: http:\/\/10\.0\.0\.5:80/);
    await writeFile(demo.routesFile, (await readFile(demo.routesFile, 'utf8')).replace('8080', '9090'));
    await demo.logged(
      /^updated app: http:\/\/localhost:8080 is now http:\/\/localhost:9090 \(routes\.yml\)$/,
    );
    await writeFile(demo.routesFile, 'app:\n  port: 9090\n');
    await demo.logged(/^removed wiki$/);
    for (const change of [/^added app:/, /^added wiki:/, /^updated app:/, /^removed wiki/])
      expect(demo.matching(change)).toHaveLength(1);
    expect(demo.matching(/^(updated|removed) .*(app|wiki)/)).toHaveLength(2);
  });

  it('with a mistake is reported with its line, and the last good routes stay until it is corrected', async () => {
    await using demo = await Demo.start({ args: ['--embedded'], routes: app });
    await demo.logged(/^added app: /);
    await writeFile(demo.routesFile, 'app:\n  port: 8080\n  scheme: gopher\n');
    await demo.logged(/routes\.yml:3:11: app\.scheme: expected one of http, .* got "gopher"$/);
    await demo.logged(/its last good route stays$/);
    await writeFile(demo.routesFile, 'app:\n  port: 8080\n  scheme: https\n');
    await demo.logged(/^updated app: http:\/\/localhost:8080 is now https:\/\/localhost:8080/);
    await demo.logged(/routes\.yml is in order again$/);
    expect(demo.matching(/routes\.yml:3:11/)).toHaveLength(1);
    expect(demo.matching(/^removed app/)).toEqual([]);
  });

  it('takes an alias from a container, and the conflict is logged once', async () => {
    await using demo = await Demo.start({ args: ['--embedded'], routes: '' });
    await demo.logged(/^added web: /);
    await writeFile(demo.routesFile, 'web:\n  port: 81\n');
    await demo.logged(/^updated web: .*\(container web\) is now http:\/\/localhost:81 \(routes\.yml\)$/);
    await demo.logged(/^web of container web is not served: the alias is taken by routes\.yml$/);
  });
});

describe('the engine of the demo', () => {
  it('is the one that DOCKER_HOST names, where it answers', async () => {
    await using engine = await FakeEngine.start();
    await engine.start(
      await engine.create({ name: 'web', labels: { 'proxy.web.port': '81', 'proxy.web.host': '127.0.0.1' } }),
    );
    await using demo = await Demo.start({ env: { DOCKER_HOST: engine.host } });
    await demo.logged(/^watching /);
    await demo.logged(/^added web: http:\/\/127\.0\.0\.1:81 \(container web\)$/);
    await engine.remove('web');
    await demo.logged(/^removed web$/);
    expect(demo.matching(/embedded/)).toEqual([]);
  });

  it('is waited for when it is given by --host and is down', async () => {
    await using engine = await FakeEngine.start();
    await engine.start(
      await engine.create({ name: 'web', labels: { 'proxy.web.port': '81', 'proxy.web.host': '127.0.0.1' } }),
    );
    await engine.crash();
    await using demo = await Demo.start({ args: ['--host', engine.host] });
    await demo.logged(/^UNREACHABLE: /);
    await engine.restart();
    await engine.start('web');
    await demo.logged(/^added web: /);
  });

  it('cannot send control characters to the terminal', async () => {
    await using engine = await FakeEngine.start();
    const labels = {
      'proxy.web.port': '81',
      'proxy.web.host': 'a\u001b[2Jb',
      'proxy.\u001b]0;x\u0007.port': '1',
    };
    await engine.start(await engine.create({ name: 'web', labels }));
    await using demo = await Demo.start({ args: ['--host', engine.host] });
    await demo.logged(/^container web: proxy\.web\.host: expected a host name or an address/);
    await demo.logged(/^container web: proxy\.\\u001b\]0;x\\u0007\.port: expected an alias/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(demo.messages.join('')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('the end of the demo', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'comes with %s, within a second, and is no failure',
    async (signal) => {
      await using demo = await Demo.start({ args: ['--embedded'], routes: app });
      await demo.logged(/^added web: /);
      demo.kill(signal);
      const exit = await demo.exit();
      expect(exit).toMatchObject({ code: 0, signal: null });
      expect(exit.after).toBeLessThan(1000);
      expect(demo.messages.at(-1)).toBe('stopped');
    },
  );

  it('comes while an engine is still being looked for, and is no failure', async () => {
    await using engine = await FakeEngine.start();
    engine.faults.blackHole();
    await using demo = await Demo.start({ env: { DOCKER_HOST: engine.host } });
    await demo.logged(/^looking for a Docker Engine$/);
    demo.kill('SIGINT');
    expect(await demo.exit()).toMatchObject({ code: 0, signal: null });
    expect(demo.stray).toBe('');
  });

  it('comes within a second while the engine is away', async () => {
    await using demo = await Demo.start({ args: ['--host', 'unix:///nowhere/docker.sock'] });
    await demo.logged(/^UNREACHABLE: /);
    demo.kill('SIGINT');
    const exit = await demo.exit();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.after).toBeLessThan(1000);
  });

  it('comes within a second while the engine answers nothing', async () => {
    await using engine = await FakeEngine.start();
    engine.faults.blackHole();
    await using demo = await Demo.start({ args: ['--host', engine.host], routes: app });
    await demo.logged(/^added app: /);
    demo.kill('SIGINT');
    const exit = await demo.exit();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.after).toBeLessThan(1000);
  });

  it('is one, though the terminal and the package manager both ask for it', async () => {
    await using demo = await Demo.start({ args: ['--embedded'] });
    await demo.logged(/^added web: /);
    demo.kill('SIGINT');
    demo.kill('SIGINT');
    expect(await demo.exit()).toMatchObject({ code: 0, signal: null });
  });

  it.each(['stdout', 'stderr'] as const)('comes when the reader of its %s is gone', async (which) => {
    await using demo = await Demo.start({ args: ['--embedded'] });
    await demo.logged(/^added web: /);
    demo.closeOutput(which);
    expect(await demo.exit()).toMatchObject({ code: 0, signal: null });
  });

  it('comes within a second of SIGTERM while its log is full and has no reader', async () => {
    await using demo = await Demo.start({ args: ['--embedded', '--log', 'debug'] });
    await demo.logged(/^added web: /);
    const { page } = await demo.addresses();
    demo.stopReading();
    const flood = Array.from(
      { length: 1000 },
      (_, i) => `app${i}:\n  port: 80\n  host: ${'h'.repeat(200)}\n`,
    );
    await writeFile(demo.routesFile, flood.join(''));
    await expect
      .poll(async () => /1\d{3} routes/.test(await (await fetch(page)).text()), { timeout: 15_000 })
      .toBe(true);
    demo.kill('SIGTERM');
    expect((await demo.exit()).after).toBeLessThan(1200);
  });

  it('does not come of a full disk', async () => {
    const full = await open('/dev/full', 'w');
    await using demo = await Demo.start({ args: ['--embedded'], stderr: full.fd, routes: app });
    await full.close();
    await demo.until(() => demo.output.includes('│ app │'), 'app');
    await writeFile(demo.routesFile, 'later: {}\n');
    await demo.until(() => demo.output.includes('│ later │'), 'later');
    demo.kill('SIGTERM');
    expect(await demo.exit()).toMatchObject({ code: 0, signal: null });
  });
});

describe('several engines', () => {
  it('are watched side by side: one that hangs delays no other', async () => {
    await using hanging = await FakeEngine.start();
    hanging.faults.blackHole();
    await using engine = await FakeEngine.start();
    await engine.start(
      await engine.create({ name: 'web', labels: { 'proxy.*': '{host: 127.0.0.1, port: 81}' } }),
    );
    await using other = await FakeEngine.start();
    await other.start(
      await other.create({ name: 'api', labels: { 'proxy.*': '{host: 127.0.0.1, port: 82}' } }),
    );
    const hosts = [hanging, engine, other].flatMap(({ host }) => ['--host', host]);
    await using demo = await Demo.start({ args: hosts });
    await demo.logged(/^added web: http:\/\/127\.0\.0\.1:81 /);
    await demo.logged(/^added api: http:\/\/127\.0\.0\.1:82 /);
    const { page } = await demo.addresses();
    const html = await (await fetch(page)).text();
    expect(html).toMatch(/id="source-docker-1">\s*<h3>docker-1<\/h3> <span class="badge connecting">/);
    expect(html).toMatch(/id="source-docker-3">\s*<h3>docker-3<\/h3> <span class="badge current">/);
  });
});

describe('several files', () => {
  it('are read independently', async () => {
    const more = `${tmpdir()}/demo-more-${process.pid}.yml`;
    await writeFile(more, 'more:\n  port: 82\n');
    await using demo = await Demo.start({ args: ['--embedded', '--routes', more], routes: app });
    await demo.logged(/^added app: /);
    await demo.logged(/^added more: http:\/\/localhost:82 /);
    await unlink(more);
  });
});

describe('the command line', () => {
  it('is explained by --help', async () => {
    await using demo = await Demo.start({ args: ['--help'] });
    expect(await demo.exit()).toMatchObject({ code: 0 });
    expect(demo.output).toMatch(/^Usage: pnpm demo \[options\]/);
  });

  it('gives the version', async () => {
    await using demo = await Demo.start({ args: ['--version'] });
    expect(await demo.exit()).toMatchObject({ code: 0 });
    expect(demo.output).toMatch(/^demo \d+\.\d+\.\d+\n$/);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown option', ['--nope'], {}, /^demo: .*--nope.*\n$/],
    [
      'a host that is none',
      ['--host', 'docker'],
      {},
      /^demo: Invalid option "host": expected unix:\/\/.*, got "docker"\.?\n$/,
    ],
    ['such a DOCKER_HOST', [], { DOCKER_HOST: 'ftp://h' }, /^demo: .*DOCKER_HOST.*expected unix:\/\/.*\n$/],
    [
      'a directory for a file',
      ['--embedded', '--routes', tmpdir()],
      {},
      /^demo: --routes: \S+ is not a regular file\.\n$/,
    ],
  ])('ends with 2 and one line for %s', async (_, args, env, reason) => {
    await using demo = await Demo.start({ args, env });
    expect(await demo.exit()).toMatchObject({ code: 2 });
    expect(demo.stray).toMatch(reason);
  });

  it.each(['--proxy', '--page'])('ends with 2 and one line for a port that is taken: %s', async (option) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using demo = await Demo.start({ args: ['--embedded', option, String(port)] });
    expect(await demo.exit()).toMatchObject({ code: 2 });
    expect(demo.stray).toBe(
      `demo: ${option}: cannot listen on 127.0.0.1:${port}: the port is taken; give another one.\n`,
    );
    server.close();
  });
});
