import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where an engine listens when nothing says otherwise: the first socket that this user may open, else the first
 * that is there, else Docker's own, which may appear later. Root's Docker first, then rootless Docker, Docker
 * Desktop, and Podman.
 */
export function defaultHost(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return 'npipe:////./pipe/docker_engine';
  const sockets = usualSockets(env);
  const found = sockets.find(mayOpen) ?? sockets.find((path) => existsSync(path)) ?? sockets[0];
  return `unix://${found}`;
}

function usualSockets(env: NodeJS.ProcessEnv): string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  const home = homedir();
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    ...(runtime ? [join(runtime, 'podman/podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
