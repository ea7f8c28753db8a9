/**
 * What an event may hold at most. Past one of these the event is not delivered; the stream reports `PROTOCOL` and a gap,
 * so that the consumer lists instead. They keep the memory of buffered events bounded.
 */
export const EVENT_LIMITS = {
  /** Characters of a name or an ID. */
  name: 1024,
  /** Labels and engine attributes. */
  attributes: 4096,
  /** Characters of all attributes, their names included. */
  attributesLength: 262_144,
} as const;

/** One message of `GET /events`, of whatever type, as far as we look at it. */
export interface EngineMessage {
  /** `container`, `network`, `volume`, ... */
  readonly type: string;
  /** In Docker's words, whatever the engine's own are. */
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly scope: string;
  /** Milliseconds since the epoch, by the engine's clock; 0 where the engine says none from 1970 to 2262. */
  readonly time: number;
  /** Exceeds {@link EVENT_LIMITS}; its ID and attributes are left out. */
  readonly isTooLarge?: true;
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
  const attributes = textsOf(actor.Attributes, line.length);
  if (attributes === undefined || !isShort(id) || !hasShortName(type, attributes)) {
    return {
      type,
      action,
      id: '',
      attributes: NONE,
      scope: wire.scope === 'swarm' ? 'swarm' : '',
      time: milliseconds(wire),
      isTooLarge: true,
    };
  }
  const scope = isText(wire.scope) ? wire.scope : 'local';
  const time = milliseconds(wire);
  if (type === 'network' && isPodmanNetwork(action, attributes))
    return { type, action, ...dockerNetwork(id, attributes), scope, time };
  const health = isText(wire.HealthStatus) ? wire.HealthStatus : attributes['health_status'];
  return { type, action: dockerAction(action, health), id, attributes, scope, time };
}

/** Podman writes the name of a network in an attribute of its own. */
function hasShortName(type: string, { name, network }: Readonly<Record<string, string>>): boolean {
  return isShort(name) && (type !== 'network' || isShort(network));
}

function isShort(text: string | undefined): boolean {
  return text === undefined || text.length <= EVENT_LIMITS.name;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Characters of an outcome of a health check: `unhealthy` has nine. */
const LONGEST_HEALTH = 32;

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
      return `health_status: ${health.length <= LONGEST_HEALTH ? health : ''}`;
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
  const exact = typeof timeNano === 'number' ? Math.floor(timeNano / 1e6) : Number.NaN;
  if (isTime(exact)) return exact;
  const seconds = typeof time === 'number' ? Math.floor(time * 1000) : Number.NaN;
  return isTime(seconds) ? seconds : 0;
}

/** Whether these milliseconds are a time that the engine can be asked for, and that a `Date` can hold. */
function isTime(milliseconds: number): boolean {
  return milliseconds >= 0 && milliseconds <= LATEST_TIME / 1_000_000;
}

/** The last nanosecond of an engine's time, which is a signed 64-bit number: in 2262. */
const LATEST = 2n ** 63n - 1n;
const LATEST_TIME = Number(LATEST);

/** A line of so many characters has no attributes past their limits: each takes six at least, `"":"",`. */
const LONGEST_SMALL_LINE = Math.min(6 * EVENT_LIMITS.attributes, EVENT_LIMITS.attributesLength);

/**
 * The texts of an object: the object itself where all values are text, as an engine writes it. Undefined where they
 * exceed {@link EVENT_LIMITS}.
 */
function textsOf(value: unknown, lineLength: number): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NONE;
  const isSmall = lineLength <= LONGEST_SMALL_LINE;
  let count = 0;
  let length = 0;
  let isAllText = true;
  for (const name in value) {
    const text = (value as Record<string, unknown>)[name];
    if (typeof text !== 'string') isAllText = false;
    else if (!isSmall) {
      count++;
      length += name.length + text.length;
    }
  }
  if (count > EVENT_LIMITS.attributes || length > EVENT_LIMITS.attributesLength) return undefined;
  if (isAllText) return value as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));
}

/**
 * When a line's event happened, in nanoseconds. Read from the text, since a double holds a nanosecond of today
 * only to the nearest 256. Undefined where the line says none that an engine can be asked for: a whole number from 0
 * to 2^63 - 1.
 *
 * The quotes make it exact: inside a JSON string they would be escaped.
 */
export function nanoseconds(line: string): bigint | undefined {
  return numberIn(EXACT_TIME, line, 1n) ?? numberIn(SECONDS, line, NANOSECONDS);
}

// No more digits than 2^63 has, and nothing behind them that makes it another number.
const EXACT_TIME = /"timeNano":\s*(\d{1,19})(?![\d.eE])/;
const SECONDS = /"time":\s*(\d{1,19})(?![\d.eE])/;

function numberIn(pattern: RegExp, line: string, unit: bigint): bigint | undefined {
  const digits = pattern.exec(line)?.[1];
  if (digits === undefined) return undefined;
  const time = BigInt(digits) * unit;
  return time <= LATEST ? time : undefined;
}

const NANOSECONDS = 1_000_000_000n;

/** A time as `since` and `until` take it: seconds, a point, nine digits. Clamped to what an engine can read. */
export function engineTime(nanoseconds: bigint): string {
  const time = nanoseconds < 0n ? 0n : nanoseconds > LATEST ? LATEST : nanoseconds;
  return `${time / NANOSECONDS}.${String(time % NANOSECONDS).padStart(9, '0')}`;
}
