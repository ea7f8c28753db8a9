import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { FakeEngine } from '@watcher/testing/engine';
import { describe, expect, it } from 'vitest';
import { Demo } from './demo-process.ts';

const app = 'app:\n  port: 8080\n';

describe('the demo, where no engine is', () => {
  it('says so, and shows routes that change by themselves', async () => {
    await using demo = await Demo.start({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' }, routes: app });
    await demo.logged(/^no Docker Engine: .*unix:\/\/\/nowhere\/docker\.sock \(ENOENT\)/);
    await demo.logged(/^no Docker Engine answers here, so an embedded one plays its part/);
    await demo.logged(/^added app: http:\/\/localhost:8080 \(routes\.yml\)$/);
    await demo.logged(/^added web: http:\/\/127\.0\.0\.1:8080 \(container web\)$/);
    await demo.logged(/^added shop: /);
    await demo.until(() => /│ shop .*│ container shop /.test(demo.output), 'shop in the table');
  });

  it('writes tables without escape sequences, and logs JSON, where nobody reads along', async () => {
    await using demo = await Demo.start({ args: ['--embedded'], routes: app });
    await demo.logged(/^added app: /);
    await demo.until(() => demo.output.includes('│ app '), 'app in the table');
    expect(demo.output).toBe(stripVTControlCharacters(demo.output));
    expect(demo.stray).toBe('');
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

  it('that is a mistake is told with its line, and the last good routes stay until it is mended', async () => {
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
    await demo.logged(/^Docker Engine: /);
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

  it('may tell what it likes: none of it reaches the terminal as a command', async () => {
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
    await demo.logged(/^routes file: /);
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

  it('comes when nobody reads its tables any more', async () => {
    await using demo = await Demo.start({ args: ['--embedded'] });
    await demo.logged(/^added web: /);
    demo.closeOutput();
    expect(await demo.exit()).toMatchObject({ code: 0, signal: null });
  });
});

describe('the command line', () => {
  it('is explained by --help', async () => {
    await using demo = await Demo.start({ args: ['--help'] });
    expect(await demo.exit()).toMatchObject({ code: 0 });
    expect(demo.output).toMatch(/^Usage: pnpm demo \[options\]/);
  });

  it.each([
    [['--nope'], /--nope/],
    [['--host', 'docker'], /Invalid option "host": expected unix:\/\/.*, got "docker"/],
  ])('is refused when it makes no sense: %j', async (args, reason) => {
    await using demo = await Demo.start({ args });
    expect(await demo.exit()).toMatchObject({ code: 2 });
    expect(demo.stray).toMatch(reason);
    expect(demo.stray).toContain('Usage: pnpm demo');
  });
});
