import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeEngine } from '@watcher/testing/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candidates, findEngine, whyNot } from '../../src/engine/find-engine.ts';

const live = new AbortController().signal;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'demo-find-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the search for an engine', () => {
  it('finds the one that DOCKER_HOST names', async () => {
    await using engine = await FakeEngine.start();
    const { found, refused } = await findEngine({ DOCKER_HOST: engine.host }, live);
    expect(found?.endpoint.host).toBe(engine.host);
    expect(refused).toEqual([]);
  });

  it.each([
    ['a socket that is not there', (path: string) => `unix://${path}/none.sock`, /ENOENT/],
    ['a file that is no socket', (path: string) => `unix://${path}/file`, /ECONNREFUSED|ENOTSOCK/],
    ['what is no address', () => 'docker', /expected an engine at unix:\/\//],
  ])('says why not, when DOCKER_HOST names %s', async (_, host, reason) => {
    await writeFile(join(directory, 'file'), '');
    const { found, refused } = await findEngine({ DOCKER_HOST: host(directory) }, live);
    expect(found).toBeUndefined();
    expect(refused).toEqual([{ host: host(directory), reason: expect.stringMatching(reason) }]);
  });

  it('does not show who logs in, nor with what password', async () => {
    const { refused } = await findEngine({ DOCKER_HOST: 'ssh://root:hunter2@engine.lan' }, live);
    expect(refused).toEqual([{ host: 'ssh://engine.lan', reason: expect.not.stringContaining('hunter2') }]);
  });

  it('says why not, when the one that DOCKER_HOST names is down', async () => {
    await using engine = await FakeEngine.start({ listen: 0 });
    await engine.crash();
    const { found, refused } = await findEngine({ DOCKER_HOST: engine.host }, live);
    expect(found).toBeUndefined();
    expect(refused).toMatchObject([{ host: engine.host, reason: expect.stringContaining('ECONNREFUSED') }]);
  });

  it('finds none any more once it is told to stop', async () => {
    await using engine = await FakeEngine.start();
    const { found } = await findEngine({ DOCKER_HOST: engine.host }, AbortSignal.abort());
    expect(found).toBeUndefined();
  });
});

describe('where engines are looked for', () => {
  it('is DOCKER_HOST and nowhere else, where it is set', () => {
    expect(candidates({ DOCKER_HOST: 'tcp://h:1', XDG_RUNTIME_DIR: '/run/user/1' })).toEqual(['tcp://h:1']);
  });

  it("begins with the system's socket, and has those of rootless engines", () => {
    const hosts = candidates({ XDG_RUNTIME_DIR: '/run/user/1' }, 'linux');
    expect(hosts[0]).toBe('unix:///var/run/docker.sock');
    expect(hosts).toContain('unix:///run/user/1/docker.sock');
    expect(hosts).toContain('unix:///run/user/1/podman/podman.sock');
    expect(candidates({}, 'win32')).toEqual(['npipe:////./pipe/docker_engine']);
  });
});

describe('why an engine is not to be had', () => {
  it('is told with what to do about it, where a user can', () => {
    const denied = Object.assign(new Error('connect EACCES /var/run/docker.sock'), { code: 'EACCES' });
    expect(whyNot(denied)).toBe(
      'connect EACCES /var/run/docker.sock; is this user in the group that owns it?',
    );
    expect(whyNot(new Error('no answer within 1000 ms'))).toBe('no answer within 1000 ms');
  });
});
