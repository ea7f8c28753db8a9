import { type Clock, MAX_DELAY } from '@watcher/core';
import { hasLegacyFields, streamFormat } from './api-version.ts';
import type { Dialect } from './dialect.ts';
import type { EngineTime } from './engine-time.ts';
import type { EventHub } from './event-hub.ts';
import { EventStream } from './event-stream.ts';
import { readEventsQuery } from './events-query.ts';
import type { Exchange } from './exchange.ts';
import type { ActiveFaults } from './faults/active-faults.ts';
import { Listener } from './listener.ts';
import { type EngineMessage, encodeMessage } from './message.ts';

export interface EventsRoute {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly time: EngineTime;
  readonly hub: EventHub;
  readonly faults: ActiveFaults;
  readonly headers: Record<string, string>;
}

/** Answers GET /events, until the client leaves or `until` has come. */
export async function serveEvents(route: EventsRoute, exchange: Exchange): Promise<void> {
  const { dialect, clock, time, hub, faults, headers } = route;
  const { request, response, over } = exchange;
  const { since, until, include, answer } = readEventsQuery(request.query, dialect, time.now());
  const { type, prefix } = streamFormat(request.version, request.accept);
  response.writeHead(200, { ...headers, 'Content-Type': type }).flushHeaders();

  // The engine says 200 before it has subscribed: what happens between is not sent to a client without `since`. The
  // moment is as short here as it is there; `faults.delaySubscription` draws it out.
  await new Promise((resolve) => setImmediate(resolve));
  await faults.subscribe(exchange);
  if (over.aborted) return;

  const stream = new EventStream({ exchange, clock, prefix, onDrain: () => listener.drained() });
  const legacy = hasLegacyFields(request.version);
  const write = (message: EngineMessage) => stream.line(encodeMessage(message, legacy));
  const listener = new Listener({ clock, include, write, onRoom: hub.hasRoom });
  faults.opened(stream);
  if (answer === 'empty') return stream.end();
  const unsubscribe = hub.subscribe(listener, { since, until, include, exclusive: dialect.timesExclude });
  over.addEventListener('abort', unsubscribe, { once: true });
  if (answer === 'past' || (hub.isDamaged && since !== undefined)) return stream.end();
  if (until !== undefined) endAt(until, route, stream);
}

function endAt(until: bigint, { clock, time }: EventsRoute, stream: EventStream): void {
  const left = Number((until - time.now()) / 1_000_000n);
  const timer = clock.setTimeout(() => stream.end(), Math.min(Math.max(left, 0), MAX_DELAY));
  stream.over.addEventListener('abort', () => clock.clearTimeout(timer), { once: true });
}
