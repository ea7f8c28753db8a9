/** One message of `GET /events`, of whatever type, as far as we look at it. */
export interface EngineMessage {
  /** `container`, `network`, `volume`, ... */
  readonly type: string;
  /** In Docker's words, whatever the engine's own are. */
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly scope: string;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
  /** Of a rename: the name before, where an earlier message of the same container had it. */
  readonly formerName?: string;
}

/** What the engine writes. Untrusted: any part of it may be missing or of another kind. */
interface Wire {
  Type?: unknown;
  Action?: unknown;
  Actor?: { ID?: unknown; Attributes?: unknown };
  /** Podman's own. */
  HealthStatus?: unknown;
  scope?: unknown;
  time?: unknown;
  timeNano?: unknown;
}

/** The message that a line holds, or undefined when it holds none. */
export function parseMessage(line: string): EngineMessage | undefined {
  let wire: Wire | null;
  try {
    wire = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof wire !== 'object' || wire === null) return undefined;
  const { Type: type, Action: action, Actor: actor } = wire;
  if (typeof type !== 'string' || typeof action !== 'string' || typeof actor !== 'object' || actor === null) {
    return undefined;
  }
  const id = isText(actor.ID) ? actor.ID : '';
  const attributes = textsOf(actor.Attributes);
  const isPodmans = type === 'network' && isPodmanNetwork(action, attributes);
  return {
    type,
    action: dockerAction(action, isText(wire.HealthStatus) ? wire.HealthStatus : attributes['health_status']),
    ...(isPodmans ? dockerNetwork(id, attributes) : { id, attributes }),
    scope: isText(wire.scope) ? wire.scope : 'local',
    time: milliseconds(wire),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Podman has words of its own for some actions (its docs, `podman events`), on Docker's own endpoint too. */
function dockerAction(action: string, health = ''): string {
  switch (action) {
    case 'remove':
      return 'destroy';
    case 'died':
      return 'die';
    case 'restore': // from a checkpoint: it runs, and no start follows
      return 'start';
    case 'health_status':
      return `health_status: ${health}`;
    default:
      return action;
  }
}

/** What Docker says of a container that joins or leaves a network has the container in it; what Podman says has not. */
function isPodmanNetwork(action: string, attributes: Readonly<Record<string, string>>): boolean {
  if (action !== 'connect' && action !== 'disconnect') return false;
  const says = (name: string) => Object.hasOwn(attributes, name);
  return !says('container') && (says('network') || says('podId'));
}

/** Podman has the container for the actor, no ID of the network, and before 5.0 not its name either. */
function dockerNetwork(
  container: string,
  { network = '', ...rest }: Readonly<Record<string, string>>,
): Pick<EngineMessage, 'id' | 'attributes'> {
  return { id: '', attributes: { ...rest, name: network, container } };
}

function milliseconds({ time, timeNano }: Wire): number {
  if (typeof timeNano === 'number') return Math.floor(timeNano / 1e6);
  return typeof time === 'number' ? time * 1000 : 0;
}

/** What is text in an object: the object itself where all of it is, as an engine writes it. */
function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NONE;
  for (const name in value) {
    if (typeof (value as Record<string, unknown>)[name] !== 'string') {
      return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));
    }
  }
  return value as Readonly<Record<string, string>>;
}

/**
 * When a line's event happened, in nanoseconds. Read from the text, since a double holds a nanosecond of today
 * only to the nearest 256. Undefined where the line says none.
 *
 * The quotes make it exact: inside a JSON string they would be escaped.
 */
export function nanoseconds(line: string): bigint | undefined {
  const exact = /"timeNano":\s*(\d+)/.exec(line);
  if (exact) return BigInt(exact[1] as string);
  const seconds = /"time":\s*(\d+)/.exec(line);
  return seconds ? BigInt(seconds[1] as string) * NANOSECONDS : undefined;
}

const NANOSECONDS = 1_000_000_000n;

/** A time as `since` and `until` take it: seconds, a point, nine digits. */
export function engineTime(nanoseconds: bigint): string {
  return `${nanoseconds / NANOSECONDS}.${String(nanoseconds % NANOSECONDS).padStart(9, '0')}`;
}
