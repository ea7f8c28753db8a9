import type { IncomingHttpHeaders } from 'node:http';
import { compareVersions, isVersion, OLDEST_VERSION } from '../api-version.ts';

/**
 * Returns the version to ask for after an engine refused `asked` with a 400: the newest that it serves, from its
 * header `Api-Version`, or from its text where a proxy removed the header. Undefined where that does not help: it
 * serves only newer versions, only versions that are too old, or names none.
 */
export function negotiateDown(
  asked: string,
  headers: IncomingHttpHeaders,
  reason: string,
): string | undefined {
  const [, maximum] = /\btoo new\. Maximum supported API version is (\d{1,4}\.\d{1,4})\b/i.exec(reason) ?? [];
  return [versionIn(headers), maximum].find((version) => version !== undefined && canServe(version, asked));
}

/** A proxy may repeat the header; Node joins repeated values with commas. */
function versionIn(headers: IncomingHttpHeaders): string | undefined {
  return headers['api-version']?.toString().split(',', 1)[0]?.trim();
}

function canServe(version: string, asked: string): boolean {
  return (
    isVersion(version) && compareVersions(version, asked) < 0 && compareVersions(version, OLDEST_VERSION) >= 0
  );
}
