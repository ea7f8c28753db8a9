import { type Clock, MAX_DELAY } from '@watcher/core';
import { EngineError } from '../test-engine.ts';
import { type Dialect, hasLegacyFields, streamFormat } from './dialect.ts';
import { type EngineTime, parseTimestamp } from './engine-time.ts';
import { eventFilter } from './event-filter.ts';
import type { EventHub } from './event-hub.ts';
import { EventStream } from './event-stream.ts';
import type { EngineRequest, Exchange } from './exchange.ts';
import type { ActiveFaults } from './faults/active-faults.ts';
import { FilterArgs } from './filter-args.ts';
import { Listener } from './listener.ts';
import { type EngineMessage, encodeMessage } from './message.ts';

export interface EventsRoute {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly time: EngineTime;
  readonly hub: EventHub;
  readonly faults: ActiveFaults;
  readonly headers: () => Record<string, string>;
}

/** Answers GET /events, until the client leaves or `until` has come. */
export async function serveEvents(route: EventsRoute, exchange: Exchange): Promise<void> {
  const { dialect, clock, time, hub, faults } = route;
  const { request, response, over } = exchange;
  const { since, until, include } = readQuery(request, dialect);
  const pastOnly = until !== undefined && until < time.now();
  const { type, prefix } = streamFormat(request.version, request.accept);
  response.writeHead(200, { ...route.headers(), 'Content-Type': type }).flushHeaders();

  // The engine says 200 before it has subscribed: what happens between is not sent to a client without `since`.
  await new Promise((resolve) => setImmediate(resolve));
  await faults.subscribe(exchange);
  if (over.aborted) return;

  const legacy = hasLegacyFields(request.version);
  const stream = new EventStream({ exchange, clock, prefix, onDrain: () => listener.drained() });
  const write = (message: EngineMessage) => stream.line(encodeMessage(message, legacy));
  const listener = new Listener({ clock, include, write });
  faults.opened(stream);
  const unsubscribe = hub.subscribe(listener, { since, until, include, exclusive: dialect.sinceExcludes });
  over.addEventListener('abort', unsubscribe, { once: true });
  if (until === undefined) return;
  if (pastOnly) return stream.end();
  const left = Math.max(0, Number((until - time.now()) / 1_000_000n));
  const timer = clock.setTimeout(() => stream.end(), Math.min(left, MAX_DELAY));
  over.addEventListener('abort', () => clock.clearTimeout(timer), { once: true });
}

interface EventsQuery {
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  readonly include: (message: EngineMessage) => boolean;
}

function readQuery({ query }: EngineRequest, { eventKeys }: Dialect): EventsQuery {
  const since = parseTimestamp(query.get('since'));
  const until = parseTimestamp(query.get('until'));
  if (until !== undefined && until < (since ?? until)) {
    throw new EngineError(
      400,
      `\`since\` time (${query.get('since')}) cannot be after \`until\` time (${query.get('until')})`,
    );
  }
  const filters = FilterArgs.parse(query.get('filters'));
  const unknown = eventKeys && filters.keys().find((key) => !eventKeys.has(key));
  if (unknown !== undefined) throw new EngineError(400, `${unknown} is an invalid filter`);
  return { since, until, include: filters.size > 0 ? eventFilter(filters) : () => true };
}
