import { printable } from '@watcher/core';
import { fault } from '../errors/fault.ts';

/** The oldest version of the Engine API whose events are understood: Docker 19.03. */
export const OLDEST_VERSION = '1.40';

/** The newest. An engine that knows newer ones still serves this one, in its shape. */
export const NEWEST_VERSION = '1.52';

/**
 * What DOCKER_API_VERSION asks for, as the Docker CLI reads it; undefined where it says nothing.
 *
 * @throws {WatcherError} `INVALID_SETTING` for what is no version
 */
export function versionOfEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['DOCKER_API_VERSION']?.trim();
  if (!given) return undefined;
  const version = given.replace(/^v/, '');
  if (isVersion(version)) return version;
  const got = printable(given);
  throw fault(
    'INVALID_SETTING',
    `Invalid DOCKER_API_VERSION: expected a version such as 1.44, got "${got}".`,
  );
}

/**
 * The version to ask for after an engine refused `asked`: the newest that it says it has. Undefined where that is
 * no way out: it has one that is newer still (it is `asked` that it serves no more), or none that we understand.
 *
 * @param theirs what the engine says of itself in the header `Api-Version`
 */
export function otherVersion(asked: string, theirs: string | undefined): string | undefined {
  if (theirs === undefined || !isVersion(theirs)) return undefined;
  const fits = compareVersions(theirs, asked) < 0 && compareVersions(theirs, OLDEST_VERSION) >= 0;
  return fits ? theirs : undefined;
}

/** Negative when `a` is the older of two versions, positive when it is the newer. */
export function compareVersions(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}

function isVersion(text: string): boolean {
  return /^\d{1,4}\.\d{1,4}$/.test(text);
}
