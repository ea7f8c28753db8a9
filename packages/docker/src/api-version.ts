/** The oldest version of the Engine API whose events are understood: Docker 19.03. */
export const OLDEST_VERSION = '1.40';

/** The newest. An engine that knows newer ones still serves this one, in its shape. */
export const NEWEST_VERSION = '1.52';

/** Negative when `a` is the older of two versions, positive when it is the newer. */
export function compareVersions(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** Whether a text is a version of the Engine API, such as `1.44`. */
export function isVersion(text: string): boolean {
  return /^\d{1,4}\.\d{1,4}$/.test(text);
}
