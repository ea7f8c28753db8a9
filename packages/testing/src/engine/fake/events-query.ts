import { EngineError } from '../test-engine.ts';
import type { Dialect } from './dialect.ts';
import { isTrue } from './exchange.ts';
import { FilterArgs } from './filter-args.ts';
import type { EngineMessage } from './message.ts';

/** What GET /events was asked for. */
export interface EventsQuery {
  /** Nanoseconds since the epoch. */
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  readonly include: (message: EngineMessage) => boolean;
  /** Sent first, and then what comes; or only what was; or nothing at all. */
  readonly answer: 'live' | 'past' | 'empty';
}

/** @throws {EngineError} for what the engine cannot read or does not take */
export function readEventsQuery(query: URLSearchParams, dialect: Dialect, now: bigint): EventsQuery {
  const once = onlyOnce(query, dialect);
  const since = dialect.readTime(query.get('since')) ?? (once ? 0n : undefined);
  const until = dialect.readTime(query.get('until'));
  if (until !== undefined && since !== undefined && until < since && !dialect.pastIsEmpty) {
    throw new EngineError(
      400,
      `\`since\` time (${query.get('since')}) cannot be after \`until\` time (${query.get('until')})`,
    );
  }
  const filters = FilterArgs.parse(query.get('filters'));
  const include = filters.size > 0 ? dialect.filter(filters) : () => true;
  const hasPassed = until !== undefined && until < now;
  if (hasUnknownKey(filters, dialect) || (hasPassed && dialect.pastIsEmpty)) {
    return { since, until, include, answer: 'empty' };
  }
  return { since, until, include, answer: hasPassed || once ? 'past' : 'live' };
}

/** Whether a key is asked for that this engine answers with nothing. */
function hasUnknownKey(filters: FilterArgs, { eventKeys, unknownKeyStatus }: Dialect): boolean {
  const unknown = eventKeys && filters.keys().find((key) => !eventKeys.has(key));
  if (unknown === undefined) return false;
  if (unknownKeyStatus === 200) return true;
  throw new EngineError(unknownKeyStatus, `${unknown} is an invalid filter`);
}

/** Podman's own parameter: `stream=false` ends after the replay, which is of everything without `since`. Docker ignores it. */
function onlyOnce(query: URLSearchParams, { takesStream }: Dialect): boolean {
  return takesStream && query.has('stream') && !isTrue(query.get('stream'));
}
