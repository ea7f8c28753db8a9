/** One event as the engine itself holds it: the API's words, and the time at full resolution. */
export interface EngineMessage {
  /** `container`, `network`, `volume`, `image`, `daemon`… */
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: string;
  /** Nanoseconds since the epoch. */
  readonly timeNano: bigint;
  /** Podman's own field beside the API's. */
  readonly HealthStatus?: string;
}

/** A message to publish: what is left out is filled in. */
export interface MessageInput {
  readonly Type: string;
  readonly Action: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
  /** Default: `local`. */
  readonly scope?: string;
  /** Nanoseconds since the epoch. Default: the engine's clock. */
  readonly timeNano?: bigint;
  readonly HealthStatus?: string;
}

/** Fills in what was left out; `time` is asked for only then. */
export function completeMessage(message: MessageInput, time: () => bigint): EngineMessage {
  const { Type, Action, Actor, scope = 'local', timeNano = time(), HealthStatus } = message;
  return {
    Type,
    Action,
    Actor: { ID: Actor?.ID ?? '', Attributes: Actor?.Attributes ?? {} },
    scope,
    timeNano,
    ...(HealthStatus !== undefined && { HealthStatus }),
  };
}

/** Types that carry `status`, `id` and, for containers, `from`, the API's fields of old. */
const LEGACY = new Set(['container', 'image']);

/**
 * A message as JSON, with the engine's order of keys. The time in nanoseconds goes in as text, since a number
 * would round it.
 */
export function encodeMessage(message: EngineMessage, legacyFields: boolean): string {
  const { Type, Action, Actor, scope, timeNano, HealthStatus } = message;
  const head = legacyFields && LEGACY.has(Type) && { status: Action, id: Actor.ID, ...from(message) };
  const json = JSON.stringify({
    ...head,
    Type,
    Action,
    Actor,
    scope,
    time: Number(timeNano / 1_000_000_000n),
  });
  const health = HealthStatus === undefined ? '' : `,"HealthStatus":${JSON.stringify(HealthStatus)}`;
  return `${json.slice(0, -1)},"timeNano":${timeNano}${health}}`;
}

function from({ Type, Actor }: EngineMessage): { from?: string } {
  const { image } = Actor.Attributes;
  return Type === 'container' && image ? { from: image } : {};
}
