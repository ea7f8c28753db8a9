import type { Applied } from '../routes/registry.ts';
import { type Route, target } from '../routes/route.ts';

export interface ChangeLine {
  readonly level: 'info' | 'warn';
  readonly text: string;
  readonly route: unknown;
}

/** Describes each change of the table, and each new conflict, in one line. */
export function describeChanges({ added, updated, removed, conflicts }: Applied): ChangeLine[] {
  return [
    ...removed.map(
      (route): ChangeLine => ({ level: 'info', text: `removed ${route.alias}`, route: { removed: route } }),
    ),
    ...updated.map(
      ({ before, after }): ChangeLine => ({
        level: 'info',
        text: `updated ${after.alias}: ${describeUpdate(before, after)}`,
        route: { before, after },
      }),
    ),
    ...added.map(
      (route): ChangeLine => ({
        level: 'info',
        text: `added ${route.alias}: ${target(route)} (${route.origin}${healthSuffix(route)})`,
        route: { added: route },
      }),
    ),
    ...conflicts.map(
      ({ winner, loser }): ChangeLine => ({
        level: 'warn',
        text: `${loser.alias} of ${loser.origin} is not served: the alias is taken by ${winner.origin}`,
        route: { winner, loser },
      }),
    ),
  ];
}

function describeUpdate(before: Route, after: Route): string {
  const isMoved = target(before) !== target(after) || before.origin !== after.origin;
  if (!isMoved)
    return `${before.health ?? 'not checked'} is now ${after.health ?? 'not checked'} (${after.origin})`;
  const from = before.origin === after.origin ? '' : ` (${before.origin})`;
  return `${target(before)}${from} is now ${target(after)} (${after.origin}${healthSuffix(after)})`;
}

function healthSuffix({ health }: Route): string {
  return health === undefined || health === 'healthy' ? '' : `, ${health}`;
}
