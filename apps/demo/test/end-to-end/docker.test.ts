import { DockerEngine } from '@watcher/testing/engine';
import { describe, expect, it } from 'vitest';
import { Demo } from './demo-process.ts';

const missing = DockerEngine.unavailable();

if (missing !== undefined) {
  const required = process.env['WATCHER_REQUIRE_DOCKER'] === '1';
  if (!required) console.warn(`SKIPPED: the demo on a real Docker Engine: ${missing}.`);
  it.skipIf(!required)(`needs a real Docker Engine: ${missing}`, () => {
    expect.fail(`WATCHER_REQUIRE_DOCKER=1, and no Docker Engine can be started here: ${missing}.`);
  });
}

describe.skipIf(missing !== undefined)('the demo on a real Docker Engine', () => {
  it('follows containers through starts, restarts and removals, and through a kill of the daemon', {
    timeout: 180_000,
  }, async () => {
    await using engine = await DockerEngine.start();
    await using demo = await Demo.start({
      env: { DOCKER_HOST: engine.host },
      routes: 'fixed:\n  port: 81\n',
    });
    await demo.logged(/^watching unix:/);

    const app = { 'proxy.aliases': 'app', 'proxy.app.port': '8080', 'proxy.app.host': '127.0.0.1' };
    await engine.start(await engine.create({ name: 'web', labels: app }));
    await demo.logged(/^added app: http:\/\/127\.0\.0\.1:8080 \(container web\)$/);

    await engine.start(
      await engine.create({ name: 'other', labels: { 'proxy.*.port': '9090', 'proxy.*.host': 'localhost' } }),
    );
    await demo.logged(/^added other: /);
    await engine.remove('other');
    await demo.logged(/^removed other$/);

    await engine.crash();
    await demo.logged(/ is away; its last good route stays until it is back$/);
    expect(demo.matching(/^removed app$/)).toEqual([]);
    await engine.restart(); // it ends what it finds running
    await demo.logged(/ is back$/);
    await demo.logged(/^removed app$/);

    await engine.start('web');
    await demo.logged(/^added app: /, 2);
    await engine.remove('web');
    await demo.logged(/^removed app$/, 2);

    expect(demo.matching(/^(added|removed|updated) /)).toEqual([
      expect.stringMatching(/^added fixed: /),
      expect.stringMatching(/^added app: /),
      expect.stringMatching(/^added other: /),
      'removed other',
      'removed app',
      expect.stringMatching(/^added app: /),
      'removed app',
    ]);
    demo.kill('SIGINT');
    expect(await demo.exit()).toMatchObject({ code: 0, signal: null });
  });
});
