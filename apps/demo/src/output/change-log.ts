import type { Applied } from '../routes/registry.ts';
import { target } from '../routes/route.ts';
import type { Logger } from './logger.ts';

/** Logs each change of the table once, and each new conflict. */
export function logChanges(logger: Logger, { added, updated, removed, conflicts }: Applied): void {
  for (const route of removed) logger.info({ route: { removed: route } }, `removed ${route.alias}`);
  for (const { before, after } of updated) {
    const from = before.origin === after.origin ? '' : ` (${before.origin})`;
    const change = `${target(before)}${from} is now ${target(after)} (${after.origin})`;
    logger.info({ route: { before, after } }, `updated ${after.alias}: ${change}`);
  }
  for (const route of added) {
    const line = `added ${route.alias}: ${target(route)} (${route.origin})`;
    logger.info({ route: { added: route } }, line);
  }
  for (const { winner, loser } of conflicts) {
    const line = `${loser.alias} of ${loser.origin} is not served: the alias is taken by ${winner.origin}`;
    logger.warn({ route: { winner, loser } }, line);
  }
}
