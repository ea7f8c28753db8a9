import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseSocket as choose, defaultHost, usualSockets } from '../../src/endpoint/default-socket.ts';
import { type SocketState, stateOfSocket } from '../../src/endpoint/settings-file.ts';
import { PATIENT } from './support.ts';

const chooseSocket = (
  paths: readonly [string, ...string[]],
  stateOf: (path: string) => Promise<SocketState> = (path) => stateOfSocket(path, PATIENT),
) => choose(paths, stateOf);

describe('where an engine usually listens', () => {
  it("is root's Docker, rootless Docker, Docker Desktop, Podman, in this order", () => {
    expect(usualSockets({ HOME: '/home/me', XDG_RUNTIME_DIR: '/run/mine' }, 1000)).toEqual([
      '/var/run/docker.sock',
      '/run/mine/docker.sock',
      '/home/me/.docker/run/docker.sock',
      '/home/me/.docker/desktop/docker.sock',
      '/run/mine/podman/podman.sock',
      '/run/podman/podman.sock',
    ]);
  });

  it("includes the user's own where no XDG_RUNTIME_DIR is set, as in a service", () => {
    const sockets = usualSockets({ HOME: '/home/me' }, 1000);
    expect(sockets).toContain('/run/user/1000/docker.sock');
    expect(sockets).toContain('/run/user/1000/podman/podman.sock');
  });

  it('is a pipe on Windows', async () => {
    expect(await defaultHost({}, PATIENT, 'win32')).toBe('npipe:////./pipe/docker_engine');
  });
});

describe('the socket that is chosen', () => {
  let folder = '';
  const servers: Server[] = [];
  const path = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'default-socket-'));
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    rmSync(folder, { recursive: true, force: true });
  });

  async function listen(name: string): Promise<void> {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path(name), resolve));
  }

  it('is the first that is there', async () => {
    await listen('second');
    await listen('third');
    expect(await chooseSocket([path('first'), path('second'), path('third')])).toBe(path('second'));
  });

  it('is the first of all when none is there yet', async () => {
    expect(await chooseSocket([path('first'), path('second')])).toBe(path('first'));
  });

  it('is no file and no folder that is in the place of one', async () => {
    mkdirSync(path('first'));
    writeFileSync(path('second'), '');
    await listen('third');
    expect(await chooseSocket([path('first'), path('second'), path('third')])).toBe(path('third'));
  });

  it('is one that this user may open rather than one before it, and one that is there rather than none', async () => {
    const paths = ['absent', 'forbidden', 'usable', 'usable too'] as const;
    const stateOf = async (candidate: string) => candidate.split(' ')[0] as SocketState;
    expect(await chooseSocket(paths, stateOf)).toBe('usable');
    expect(await chooseSocket(['absent', 'forbidden', 'absent'], stateOf)).toBe('forbidden');
  });

  it('is found without a look at the paths behind it, which may be on a dead mount', async () => {
    const asked: string[] = [];
    const stateOf = async (candidate: string): Promise<SocketState> => {
      asked.push(candidate);
      return candidate === 'second' ? 'usable' : 'absent';
    };
    await chooseSocket(['first', 'second', 'home'], stateOf);
    expect(asked).toEqual(['first', 'second']);
  });
});
