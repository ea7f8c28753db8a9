import type { MessageInput } from './message.ts';

/**
 * Which engine the fake speaks like.
 *
 * - `docker`: Docker 20.10, API 1.41
 * - `docker-1.52`: Docker with API 1.52: no `status`, `id` and `from`, and a content type of its own
 * - `podman`: Podman's Docker socket
 */
export type DialectName = 'docker' | 'docker-1.52' | 'podman';

export interface Dialect {
  readonly name: DialectName;
  readonly apiVersion: string;
  readonly minApiVersion: string;
  /** The `Server` header. */
  readonly server: string;
  readonly engineVersion: string;
  /** Whether an event of exactly `since` is left out. */
  readonly sinceExcludes: boolean;
  /** The filter keys of GET /events; any other is a 400. Undefined: others are ignored. */
  readonly eventKeys: ReadonlySet<string> | undefined;
  /** What this engine publishes where Docker publishes `message`. */
  translate(message: MessageInput): MessageInput;
}

const docker: Dialect = {
  name: 'docker',
  apiVersion: '1.41',
  minApiVersion: '1.12',
  server: 'Docker/20.10.24 (linux)',
  engineVersion: '20.10.24',
  sinceExcludes: false,
  eventKeys: undefined,
  translate: (message) => message,
};

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  docker,
  'docker-1.52': {
    ...docker,
    name: 'docker-1.52',
    apiVersion: '1.52',
    minApiVersion: '1.44',
    server: 'Docker/29.0.0 (linux)',
    engineVersion: '29.0.0',
  },
  podman: {
    ...docker,
    name: 'podman',
    apiVersion: '1.41',
    minApiVersion: '1.24',
    server: 'Libpod/4.3.1 (linux)',
    engineVersion: '4.3.1',
    sinceExcludes: true,
    eventKeys: new Set(['container', 'event', 'image', 'label', 'pod', 'type', 'volume']),
    translate: podmanMessage,
  },
};

/** The words of Podman for Docker's. */
const PODMAN_ACTIONS: Readonly<Record<string, string>> = { destroy: 'remove', die: 'died' };

function podmanMessage(message: MessageInput): MessageInput {
  if (message.Type !== 'container') return message;
  const [action = '', health] = message.Action.split(': ');
  if (action === 'health_status' && health) return { ...message, Action: action, HealthStatus: health };
  return { ...message, Action: PODMAN_ACTIONS[message.Action] ?? message.Action };
}

/** Whether a request of this API version is answered with `status`, `id` and `from`. */
export function hasLegacyFields(version: string): boolean {
  return compareVersions(version, '1.52') < 0;
}

/** The media types in which events can be asked for by `Accept`. */
const STREAM_TYPES = [
  'application/json',
  'application/jsonl',
  'application/x-ndjson',
  'application/json-seq',
];

/** How the events of one request are written: its content type, and what stands before each line. */
export function streamFormat(version: string, accept: string | undefined): { type: string; prefix: string } {
  const usual = hasLegacyFields(version) ? 'application/json' : 'application/jsonl';
  const negotiated =
    accept && !hasLegacyFields(version) && STREAM_TYPES.find((type) => accept.includes(type));
  const type = negotiated || usual;
  return { type, prefix: type === 'application/json-seq' ? '\u001e' : '' };
}

/** Less than, equal to or greater than 0, as for `sort`, for `major.minor`. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
