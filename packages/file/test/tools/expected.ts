import { execFileSync } from 'node:child_process';
import type { Tool } from './catalog.ts';

/** What one use of a tool showed. */
export interface Trial {
  /** What was told, a line each, sorted. */
  readonly events: readonly string[];
  /** What a reader found who read the file at each event: `new`, `old`, `half` or `gone`. */
  readonly reads: readonly string[];
  /** Whether the reader ended with what is in the file. */
  readonly fresh: boolean;
}

/** What one use of a tool has to show. */
export function expectedOf({ events = ['written routes.yml'] }: Tool): Trial {
  const reads = events.filter((line) => /^(written|created) \S+\.yml$/.test(line)).map(() => 'new');
  return { events: events.toSorted(), reads, fresh: true };
}

export function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
