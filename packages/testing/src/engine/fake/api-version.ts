import { EngineError } from '../test-engine.ts';
import type { Dialect } from './dialect.ts';

/** @throws {EngineError} 400 for a version that this engine does not serve */
export function checkVersion(version: string, { apiVersion, minApiVersion }: Dialect): void {
  if (compareVersions(version, minApiVersion) < 0) {
    throw new EngineError(
      400,
      `client version ${version} is too old. Minimum supported API version is ${minApiVersion}, ` +
        'please upgrade your client to a newer version',
    );
  }
  if (compareVersions(version, apiVersion) > 0) {
    throw new EngineError(
      400,
      `client version ${version} is too new. Maximum supported API version is ${apiVersion}`,
    );
  }
}

/** Whether a request of this API version is answered with `status`, `id` and `from`. */
export function hasLegacyFields(version: string): boolean {
  return compareVersions(version, '1.52') < 0;
}

/** The media types in which events can be asked for by `Accept`. */
const STREAM_TYPES = [
  'application/json-seq',
  'application/jsonl',
  'application/x-ndjson',
  'application/json',
];

/** How the events of one request are written: the content type, and what stands before each message. */
export function streamFormat(
  version: string,
  accept = '',
): { readonly type: string; readonly prefix: string } {
  if (hasLegacyFields(version)) return { type: 'application/json', prefix: '' };
  const wanted = accept.split(',').map((type) => type.split(';')[0]?.trim());
  const type = STREAM_TYPES.find((known) => wanted.includes(known)) ?? 'application/jsonl';
  return { type, prefix: type === 'application/json-seq' ? '\u001e' : '' };
}

/** As for `sort`, for `major.minor`. */
function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
