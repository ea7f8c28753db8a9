import type { EventStream } from '../event-stream.ts';
import type { EngineRequest, Exchange } from '../exchange.ts';
import { type Fault, type FaultBehaviour, type FaultScope, reaches } from './fault.ts';

interface Active {
  readonly behaviour: FaultBehaviour;
  readonly scope: FaultScope;
  hits: number;
  readonly clear: () => Promise<void>;
}

/** The faults in force, in the order in which they began; the engine asks them at each place where one can act. */
export class ActiveFaults {
  readonly #active = new Set<Active>();
  readonly #streams = new Set<EventStream>();

  /** The event streams that are open. */
  get streams(): ReadonlySet<EventStream> {
    return this.#streams;
  }

  begin(behaviour: FaultBehaviour, scope: FaultScope): Fault {
    const fault: Active = {
      behaviour,
      scope,
      hits: 0,
      clear: async () => {
        if (this.#active.delete(fault)) await behaviour.cleared?.();
      },
    };
    this.#active.add(fault);
    for (const stream of this.#streams) this.#meetStream(fault, stream);
    return {
      get hits() {
        return fault.hits;
      },
      clear: fault.clear,
      [Symbol.asyncDispose]: fault.clear,
    };
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#active].map((fault) => fault.clear()));
  }

  /** Lets the faults have a request first. True: it has been dealt with. */
  async request(exchange: Exchange): Promise<boolean> {
    for (const fault of this.#active) {
      if (!fault.behaviour.request || !meets(fault, exchange.request)) continue;
      if (await fault.behaviour.request(exchange)) return true;
    }
    return false;
  }

  async subscribe(exchange: Exchange): Promise<void> {
    for (const fault of this.#active) {
      if (fault.behaviour.subscribe && meets(fault, exchange.request))
        await fault.behaviour.subscribe(exchange);
    }
  }

  /** An event stream has begun; it is forgotten when it is over. */
  opened(stream: EventStream): void {
    this.#streams.add(stream);
    stream.over.addEventListener('abort', () => this.#streams.delete(stream), { once: true });
    for (const fault of this.#active) this.#meetStream(fault, stream);
  }

  #meetStream(fault: Active, stream: EventStream): void {
    if (fault.behaviour.stream && meets(fault, stream.request)) fault.behaviour.stream(stream);
  }
}

/** Whether the fault is meant for this request and not used up; counts it if so. */
function meets(fault: Active, request: EngineRequest): boolean {
  if (fault.hits >= (fault.scope.times ?? Number.POSITIVE_INFINITY) || !reaches(fault.scope, request))
    return false;
  fault.hits++;
  return true;
}
