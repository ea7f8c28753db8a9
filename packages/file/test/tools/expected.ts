import { execFileSync } from 'node:child_process';
import type { Tool } from './catalog.ts';
import type { Trial } from './run-tool.ts';

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
