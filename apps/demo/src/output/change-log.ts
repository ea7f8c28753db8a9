import type { Applied } from '../routes/registry.ts';
import { describeChanges } from './describe-changes.ts';
import type { Logger } from './logger.ts';

/** The lines of one list: a source that is new may bring thousands of routes. */
const MAX_LINES = 100;

/** Logs each change of the table once, and each new conflict. */
export function logChanges(logger: Logger, applied: Applied): void {
  const changes = describeChanges(applied);
  for (const { level, text, route } of changes.slice(0, MAX_LINES)) logger[level]({ route }, text);
  if (changes.length > MAX_LINES) logger.info(`${changes.length - MAX_LINES} more changes`);
}
