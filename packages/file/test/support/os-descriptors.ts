import { readdirSync, readlinkSync } from 'node:fs';

/** The paths of what this process has open. */
export function osDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return []; // the descriptor of this very listing
    }
  });
}
