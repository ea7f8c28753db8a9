import { channel } from 'node:diagnostics_channel';

/** Published on `watcher:file:changes` with each batch of changes that is told. */
export interface ChangesDiagnostic {
  readonly directory: string;
  readonly changes: number;
}

/**
 * Published on `watcher:file:directory` when the watching of a directory begins, when a fault stands in its way, and
 * when it ends.
 */
export interface DirectoryDiagnostic {
  readonly directory: string;
  readonly state: 'opened' | 'fault' | 'closed';
  /** The system's error, on a fault. */
  readonly error?: unknown;
}

const changes = channel('watcher:file:changes');
const directory = channel('watcher:file:directory');

export function publishChanges(path: string, count: number): void {
  if (changes.hasSubscribers)
    changes.publish({ directory: path, changes: count } satisfies ChangesDiagnostic);
}

export function publishDirectory(path: string, state: DirectoryDiagnostic['state'], error?: unknown): void {
  if (!directory.hasSubscribers) return;
  directory.publish({
    directory: path,
    state,
    ...(error !== undefined && { error }),
  } satisfies DirectoryDiagnostic);
}
