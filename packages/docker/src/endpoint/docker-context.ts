import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fault } from '../errors/fault.ts';
import { homeDirectory } from './home-directory.ts';
import { isThere, readSettingsFile } from './settings-file.ts';

/** What the Docker CLI knows of a context's engine (its `docker context inspect`). */
export interface DockerContext {
  readonly host: string;
  /** Where its `ca.pem`, `cert.pem` and `key.pem` are, as far as it has them; undefined if it has none. */
  readonly tlsDirectory: string | undefined;
  readonly skipTlsVerify: boolean;
}

/**
 * Which context is in force: DOCKER_CONTEXT, else the CLI's current one; undefined for its own `default`.
 *
 * @throws {WatcherError} `INVALID_SETTING` when the CLI's config.json cannot be read: another engine than the one
 *   it names would be the wrong one, in silence
 */
export function currentContext(env: NodeJS.ProcessEnv): string | undefined {
  const name =
    env['DOCKER_CONTEXT'] || field(readJson(join(configDirectory(env), 'config.json')), 'currentContext');
  return typeof name === 'string' && name !== '' && name !== 'default' ? name : undefined;
}

/**
 * A context by its name, from the CLI's own files: the folder is the SHA-256 of the name.
 *
 * @throws {WatcherError} `INVALID_SETTING` when there is none of that name, or it says no host
 */
export function readContext(name: string, env: NodeJS.ProcessEnv): DockerContext {
  const contexts = join(configDirectory(env), 'contexts');
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = readJson(join(contexts, 'meta', folder, 'meta.json'));
  const endpoint = field(field(meta, 'Endpoints'), 'docker');
  const host = field(endpoint, 'Host');
  if (typeof host !== 'string' || host === '') {
    const wrong = meta === undefined ? `is not to be found under "${contexts}"` : 'names no host';
    throw fault(
      'INVALID_SETTING',
      `The Docker context "${name}", from ${env['DOCKER_CONTEXT'] ? 'DOCKER_CONTEXT' : '`docker context use`'}, ${wrong}. ` +
        'See `docker context ls`, or set "host" or DOCKER_HOST.',
    );
  }
  const tlsDirectory = join(contexts, 'tls', folder, 'docker');
  return {
    host,
    tlsDirectory: isThere(tlsDirectory) ? tlsDirectory : undefined,
    skipTlsVerify: field(endpoint, 'SkipTLSVerify') === true,
  };
}

/** Where the Docker CLI keeps its files. */
export function configDirectory(env: NodeJS.ProcessEnv): string {
  return env['DOCKER_CONFIG'] || join(homeDirectory(env), '.docker');
}

/** The file's value; undefined when there is none. One that is broken is a fault of its own. */
function readJson(path: string): unknown {
  if (!isThere(path)) return undefined;
  const what = `the Docker CLI's file "${path}"`;
  const advice = '. Mend it, or set "host" or DOCKER_HOST.';
  const text = readSettingsFile({ path, what, advice }).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    // What is wrong is said with a piece of it, and there are passwords in config.json: no cause is given.
    throw fault('INVALID_SETTING', `Cannot read ${what} (it holds no JSON)${advice}`);
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
