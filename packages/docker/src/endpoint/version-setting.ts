import { printable } from '@watcher/core';
import { isVersion } from '../api-version.ts';
import { fault } from '../errors/fault.ts';

/**
 * Returns the version that DOCKER_API_VERSION asks for, as the Docker CLI reads it; undefined where it is not set.
 *
 * @throws {WatcherError} `INVALID_SETTING` when its value is not a version
 */
export function versionOfEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['DOCKER_API_VERSION']?.trim();
  if (!given) return undefined;
  const version = given.replace(/^v/, '');
  if (isVersion(version)) return version;
  // What is longer than any version may be a secret that was set in the wrong place.
  const got = given.length <= 20 ? `"${printable(given)}"` : `${given.length} characters`;
  throw fault('INVALID_SETTING', `Invalid DOCKER_API_VERSION: expected a version such as 1.44, got ${got}.`);
}
