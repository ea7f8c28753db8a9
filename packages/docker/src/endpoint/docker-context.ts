import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fault } from '../engine/faults.ts';

/** What the Docker CLI knows of a context's engine (its `docker context inspect`). */
export interface DockerContext {
  readonly host: string;
  /** Where its `ca.pem`, `cert.pem` and `key.pem` are, if it has any. */
  readonly tlsDirectory: string | undefined;
  readonly skipTlsVerify: boolean;
}

/** Which context is in force: DOCKER_CONTEXT, else the CLI's current one; undefined for its own `default`. */
export function currentContext(env: NodeJS.ProcessEnv): string | undefined {
  const name =
    env['DOCKER_CONTEXT'] || (readJson(join(configDirectory(env), 'config.json')) as Config)?.currentContext;
  return name && name !== 'default' ? name : undefined;
}

/**
 * A context by its name, from the CLI's own files: the folder is the SHA-256 of the name.
 *
 * @throws {WatcherError} `INVALID_SETTING` when there is none of that name, or it says no host
 */
export function readContext(name: string, env: NodeJS.ProcessEnv): DockerContext {
  const contexts = join(configDirectory(env), 'contexts');
  const folder = createHash('sha256').update(name).digest('hex');
  const endpoint = (readJson(join(contexts, 'meta', folder, 'meta.json')) as Meta)?.Endpoints?.docker;
  if (typeof endpoint?.Host !== 'string' || endpoint.Host === '') {
    throw fault(
      'INVALID_SETTING',
      `The Docker context "${name}" is not to be found under "${contexts}", or names no host. ` +
        'See `docker context ls`; set "host", DOCKER_HOST or DOCKER_CONTEXT to choose another engine.',
    );
  }
  const tlsDirectory = join(contexts, 'tls', folder, 'docker');
  return {
    host: endpoint.Host,
    tlsDirectory: existsSync(tlsDirectory) ? tlsDirectory : undefined,
    skipTlsVerify: endpoint.SkipTLSVerify === true,
  };
}

type Config = { currentContext?: string } | undefined;
type Meta = { Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: unknown } } } | undefined;

/** Where the Docker CLI keeps its files. */
export function configDirectory(env: NodeJS.ProcessEnv): string {
  return env['DOCKER_CONFIG'] || join(homedir(), '.docker');
}

/** The file's value; undefined when there is none. One that is broken is a fault of its own. */
function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fault('INVALID_SETTING', `Cannot read "${path}": expected a JSON file of the Docker CLI's.`, error);
  }
}
