import { readdirSync, readFileSync } from 'node:fs';

/** How many inotify watches this process holds. */
export function osWatches(): number {
  let count = 0;
  for (const descriptor of readdirSync('/proc/self/fdinfo')) {
    try {
      const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
      count += info.match(/^inotify wd:/gm)?.length ?? 0;
    } catch {
      // the descriptor of this very listing
    }
  }
  return count;
}
