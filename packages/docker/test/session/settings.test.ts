import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RETRY, Scene, told } from './support.ts';

describe('settings that are read anew at each attempt', () => {
  let folder = '';
  const before = { ...process.env };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docker-config-'));
    process.env = { ...before, DOCKER_CONFIG: folder };
    delete process.env['DOCKER_HOST'];
    delete process.env['DOCKER_CONTEXT'];
  });

  afterEach(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  it('fail the stream when they are wrong from the start', async () => {
    await using scene = await Scene.begin({ host: undefined });
    write('config.json', '{"currentContext":');
    await using watch = scene.watch();
    await expect(watch.stream.ready).rejects.toMatchObject({ code: 'INVALID_SETTING', retryable: false });
    expect(await watch.stream.closed).toMatchObject({ reason: 'failed' });
  });

  it('and are wrong later on are tried again, and told of once: they are being changed', async () => {
    await using scene = await Scene.begin({ host: undefined });
    useContext('far', scene.engine.host);
    await using watch = await scene.watchAnchored();
    write('config.json', '{"currentContext":');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.live('web');
    for (let attempt = 0; attempt < 3; attempt++) await scene.pass(RETRY);
    await told(watch, 'error INVALID_SETTING');
    expect(watch.errors.at(-1)).toMatchObject({ retryable: true, source: 'engine' });
    await eventually('the end of the third attempt', () => scene.clock.delays.includes(RETRY));
    useContext('far', scene.engine.host);
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected', 'started web');
  });

  /** As `docker context create` and `docker context use` do. */
  function useContext(name: string, host: string): void {
    const digest = createHash('sha256').update(name).digest('hex');
    const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host } } };
    mkdirSync(join(folder, 'contexts/meta', digest), { recursive: true });
    write(join('contexts/meta', digest, 'meta.json'), JSON.stringify(meta));
    write('config.json', JSON.stringify({ currentContext: name }));
  }

  function write(name: string, text: string): void {
    writeFileSync(join(folder, name), text);
  }
});
