import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { homeDirectory } from './home-directory.ts';

/** Where an engine listens when nothing says otherwise. */
export function defaultHost(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return 'npipe:////./pipe/docker_engine';
  return `unix://${chooseSocket(usualSockets(env))}`;
}

/** Root's Docker first, then rootless Docker, Docker Desktop, and Podman. */
export function usualSockets(
  env: NodeJS.ProcessEnv,
  user: number | undefined = process.getuid?.(),
): [string, ...string[]] {
  const home = homeDirectory(env);
  // A service or a cron job of a user often lacks the variable, and the folder is there all the same.
  const runtime = env['XDG_RUNTIME_DIR'] || `/run/user/${user}`;
  return [
    '/var/run/docker.sock',
    join(runtime, 'docker.sock'),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(runtime, 'podman/podman.sock'),
    '/run/podman/podman.sock',
  ];
}

/** The first that this user may open, else the first that is there, else the first of all, which may appear later. */
export function chooseSocket(paths: readonly [string, ...string[]], mayOpen = mayReadAndWrite): string {
  const there = paths.filter(isSocket);
  return there.find(mayOpen) ?? there[0] ?? paths[0];
}

/** A folder is in its place where a container was given a socket that did not exist. */
function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

function mayReadAndWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
