import { join } from 'node:path';
import { homeDirectory } from './home-directory.ts';
import { type FileDeadline, type SocketState, stateOfSocket } from './settings-file.ts';

/**
 * Returns where an engine listens when no setting names one.
 *
 * @throws {WatcherError} `UNREACHABLE` when a file system that may have a socket does not answer in time
 */
export async function defaultHost(
  env: NodeJS.ProcessEnv,
  deadline: FileDeadline,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  if (platform === 'win32') return 'npipe:////./pipe/docker_engine';
  const path = await chooseSocket(usualSockets(env), (candidate) => stateOfSocket(candidate, deadline));
  return `unix://${path}`;
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

/**
 * Returns the first socket that this user may open, else the first that exists, else the first of all, which may appear
 * later. Looks at no path behind the first usable one, so that a home directory on a dead mount is seldom touched.
 */
export async function chooseSocket(
  paths: readonly [string, ...string[]],
  stateOf: (path: string) => Promise<SocketState>,
): Promise<string> {
  let forbidden: string | undefined;
  for (const path of paths) {
    const state = await stateOf(path);
    if (state === 'usable') return path;
    if (state === 'forbidden') forbidden ??= path;
  }
  return forbidden ?? paths[0];
}
