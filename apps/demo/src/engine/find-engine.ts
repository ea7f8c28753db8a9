import { homedir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../output/logger.ts';
import { type Environment, endpointOf, withoutLogin } from './endpoint.ts';
import { EngineClient } from './engine-client.ts';

export interface Search {
  /** The first engine that answered, if one did. */
  readonly found: EngineClient | undefined;
  /** The others before it, and why they are not it. */
  readonly refused: readonly { readonly host: string; readonly reason: string }[];
}

/** Milliseconds that an engine has to answer a ping. */
const PING_TIMEOUT = 1000;

/**
 * Looks for an engine that answers: the one that DOCKER_HOST names, or else at the usual sockets. Finds none once
 * `signal` is aborted.
 */
export async function findEngine(environment: Environment, signal: AbortSignal): Promise<Search> {
  const { DOCKER_HOST: named } = environment;
  const refused: { host: string; reason: string }[] = [];
  for (const host of candidates(environment)) {
    if (signal.aborted) break;
    try {
      const endpoint = endpointOf(host, environment);
      await new EngineClient(endpoint, PING_TIMEOUT).ping(signal);
      return { found: new EngineClient(endpoint), refused };
    } catch (error) {
      // Of the usual sockets only those are worth a word that are there.
      if (named || codeOf(error) !== 'ENOENT')
        refused.push({ host: withoutLogin(host), reason: whyNot(error) });
    }
  }
  return { found: undefined, refused };
}

/** Docker's socket, then those of rootless Docker, of what runs Docker on a desktop, of Podman. */
export function candidates(environment: Environment, platform = process.platform): readonly string[] {
  const { DOCKER_HOST, XDG_RUNTIME_DIR } = environment;
  if (DOCKER_HOST) return [DOCKER_HOST];
  if (platform === 'win32') return ['npipe:////./pipe/docker_engine'];
  const runtime = XDG_RUNTIME_DIR || `/run/user/${process.getuid?.()}`;
  return [
    '/var/run/docker.sock',
    join(runtime, 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    join(homedir(), '.orbstack/run/docker.sock'),
    join(homedir(), '.colima/default/docker.sock'),
    join(homedir(), '.rd/docker.sock'),
    join(runtime, 'podman/podman.sock'),
    '/run/podman/podman.sock',
  ].map((path) => `unix://${path}`);
}

/** Why an engine is not to be had, for whoever can do something about it. */
export function whyNot(error: unknown): string {
  const reason = describeError(error);
  return codeOf(error) === 'EACCES' ? `${reason}; is this user in the group that owns it?` : reason;
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}
