import { Buffer } from 'node:buffer';
import type { Clock } from '@watcher/core';
import type { EngineServer } from '../engine-server.ts';
import type { EventHub } from '../event-hub.ts';
import type { ActiveFaults } from './active-faults.ts';
import { bytewise, cutAfterBytes, cutAfterTime, dropLines, silence } from './body-faults.ts';
import type { Fault, FaultScope } from './fault.ts';
import {
  cutRequest,
  endlessAnswer,
  fixedAnswer,
  lateHeaders,
  lateSubscription,
  noHeaders,
} from './request-faults.ts';

/**
 * What goes wrong between the fake engine and whoever watches it. Some faults happen at once and are over; the
 * others last until they are cleared, one by one or all with {@link clear}.
 *
 * @example
 * ```ts
 * engine.faults.reset(); // every connection breaks, now
 * await using late = engine.faults.delayHeaders(5000); // until the end of the block
 * engine.faults.respond(500, '', { path: '/events', times: 3 }); // three times
 * await engine.faults.clear();
 * ```
 */
export class Faults {
  readonly #server: EngineServer;
  readonly #clock: Clock;
  readonly #active: ActiveFaults;
  readonly #hub: EventHub;

  constructor(server: EngineServer, clock: Clock, active: ActiveFaults, hub: EventHub) {
    this.#server = server;
    this.#hub = hub;
    this.#clock = clock;
    this.#active = active;
  }

  // At once, and over with it.

  /** Breaks every open connection. */
  reset(): void {
    this.#server.reset();
  }

  /** Ends every event stream cleanly, as a proxy does that cuts long answers. */
  endStreams(): void {
    for (const stream of this.#active.streams) stream.end();
  }

  /** Cuts the connection of every event stream in the middle of its body. */
  cutStreams(): void {
    for (const stream of this.#active.streams) stream.cut();
  }

  /** Sends text as it is on every open event stream; it is a line only if it ends like one. */
  inject(text: string): void {
    for (const stream of this.#active.streams) stream.bytes(Buffer.from(text));
  }

  /** Sends a line that is not JSON on every open event stream. */
  garbageLine(text = '<html>not what was asked for</html>'): void {
    this.inject(`${text}\n`);
  }

  /** Sends one line of `bytes` bytes, not JSON, on every open event stream. Default: 64 MiB. */
  hugeLine(bytes = 64 * 1024 * 1024): void {
    this.inject(`${'x'.repeat(bytes)}\n`);
  }

  // Until cleared.

  /** Connections are refused. Those that are open stay. */
  async refuse(): Promise<Fault> {
    const letIn = await this.#server.refuse();
    return this.#active.begin({ cleared: letIn }, {});
  }

  /** Connections are accepted, nothing is answered any more, and event streams bring nothing. */
  blackHole(): Fault {
    const requests = noHeaders();
    const streams = silence();
    return this.#active.begin(
      {
        ...requests,
        ...streams,
        cleared: () => {
          requests.cleared?.();
          streams.cleared?.();
        },
      },
      {},
    );
  }

  /** Event streams stay open and bring nothing; anything else is answered. */
  silence(scope: FaultScope = {}): Fault {
    return this.#active.begin(silence(), scope);
  }

  /**
   * Events are remembered, but dropped from the streams that are open, which go on behind them: as Podman 4.5 and later
   * do while they rotate their log.
   */
  dropEvents(scope: FaultScope = {}): Fault {
    return this.#active.begin(dropLines(), { bounded: false, ...scope });
  }

  /** Events are neither remembered nor sent, and everything is answered: Podman whose journal keeps nothing. */
  muteEvents(): Fault {
    return this.#active.begin({ cleared: this.#hub.mute() }, {});
  }

  /**
   * The log has a line that cannot be read: what is asked of the past ends there, streams with a `since` included.
   * Streams without one bring what happens from now on. As Podman does.
   */
  damageLog(): Fault {
    return this.#active.begin({ cleared: this.#hub.damage() }, {});
  }

  /** Headers come `milliseconds` late. */
  delayHeaders(milliseconds: number, scope: FaultScope = {}): Fault {
    return this.#active.begin(lateHeaders(this.#clock, milliseconds), scope);
  }

  /** Requests are taken, and headers never come. */
  withholdHeaders(scope: FaultScope = {}): Fault {
    return this.#active.begin(noHeaders(), scope);
  }

  /** The headers of an event stream come at once, and its subscription `milliseconds` later. */
  delaySubscription(milliseconds: number, scope: FaultScope = {}): Fault {
    return this.#active.begin(lateSubscription(this.#clock, milliseconds), scope);
  }

  /** Requests are answered with this status and body. */
  respond(status: number, body: string, scope: FaultScope = {}, headers?: Record<string, string>): Fault {
    return this.#active.begin(fixedAnswer(status, body, headers), scope);
  }

  /** Requests are refused with a status, by default 403, and a body that begins and never ends. */
  respondEndlessly(status = 403, body = '{"message":"forbidden', scope: FaultScope = {}): Fault {
    return this.#active.begin(endlessAnswer(status, body), scope);
  }

  /** The connection of a request is broken before anything is answered. */
  cutRequests(scope: FaultScope = {}): Fault {
    return this.#active.begin(cutRequest(), scope);
  }

  /** Each event stream is cut after so many bytes of its body, counted from now or from its beginning. */
  cutAfterBytes(bytes: number, scope: FaultScope = {}): Fault {
    return this.#active.begin(cutAfterBytes(bytes), scope);
  }

  /** Each event stream is cut after so many milliseconds, counted from now or from its beginning. */
  cutAfterTime(milliseconds: number, scope: FaultScope = {}): Fault {
    return this.#active.begin(cutAfterTime(milliseconds), scope);
  }

  /** Event streams are sent byte by byte, each in a chunk of its own. */
  splitBytes(scope: FaultScope = {}): Fault {
    return this.#active.begin(bytewise(), scope);
  }

  /** Ends every fault that lasts. What they held goes on. */
  async clear(): Promise<void> {
    await this.#active.clear();
  }
}
