import type { Attributes } from './containers.ts';
import { parseFloatingTimestamp, parseTimestamp } from './engine-time.ts';
import { eventFilter } from './event-filter.ts';
import type { FilterArgs } from './filter-args.ts';
import type { EngineMessage, MessageInput } from './message.ts';
import { podmanFilter } from './podman-filter.ts';
import { podmanAttributes, podmanMessages, recentPodmanMessages } from './podman-messages.ts';

/**
 * Which engine the fake speaks like.
 *
 * - `docker`: Docker 20.10, API 1.41
 * - `docker-1.52`: Docker with API 1.52: no `status`, `id` and `from` for clients of that version, which get
 *   another content type
 * - `podman`: Podman's own words, `remove` and `died`, and a 400 for a filter key that it does not know
 * - `podman-4.3`: the Docker socket of Podman 4.3, its events as they were measured: `remove`, but `die`; nothing for a
 *   filter key that it does not know; nothing for an `until` that has passed; events and containers outlive the daemon
 */
export type DialectName = 'docker' | 'docker-1.52' | 'podman' | 'podman-4.3';

export interface Dialect {
  readonly apiVersion: string;
  readonly minApiVersion: string;
  /** The `Server` header. */
  readonly server: string;
  /** What it says of itself besides. */
  readonly headers: Readonly<Record<string, string>>;
  readonly engineVersion: string;
  /** How the engine calls itself among the components of GET /version. */
  readonly component: string;
  /** How many events are remembered. */
  readonly ringSize: number;
  /** Whether an event of exactly `since` or `until` is left out. */
  readonly timesExclude: boolean;
  /** Whether `stream=false` asks for no more than what was. */
  readonly takesStream: boolean;
  /** Whether a query whose `until` has passed is answered with nothing: it ends before the replay begins. */
  readonly pastIsEmpty: boolean;
  /** The filter keys of GET /events. Undefined: others are ignored. */
  readonly eventKeys: ReadonlySet<string> | undefined;
  /** The status of the answer to another key; with 200 it has no body. */
  readonly unknownKeyStatus: 200 | 400;
  /** Whether stopping and removing tell of the signal that they send, as killing does. */
  readonly tellsEverySignal: boolean;
  /** Whether events, and what runs, outlive the daemon. */
  readonly survives: boolean;
  /** Reads `since` and `until`, in nanoseconds. */
  readTime(text: string | null): bigint | undefined;
  /** The whole name of an image. */
  image(name: string): string;
  readonly attributes: Attributes;
  filter(filters: FilterArgs): (message: EngineMessage) => boolean;
  /** What this engine publishes where Docker publishes `message`. */
  translate(message: MessageInput): readonly MessageInput[];
}

const docker: Dialect = {
  apiVersion: '1.41',
  minApiVersion: '1.12',
  server: 'Docker/20.10.24 (linux)',
  headers: { 'Docker-Experimental': 'false', Ostype: 'linux' },
  engineVersion: '20.10.24',
  component: 'Engine',
  ringSize: 256,
  timesExclude: false,
  takesStream: false,
  pastIsEmpty: false,
  eventKeys: undefined,
  unknownKeyStatus: 400,
  tellsEverySignal: true,
  survives: false,
  readTime: parseTimestamp,
  image: (name) => name,
  attributes: (labels, happened) => ({ ...happened, ...labels }), // a label of the same name hides what happened
  filter: eventFilter,
  translate: (message) => [message],
};

const podman: Dialect = {
  ...docker,
  minApiVersion: '1.24',
  server: 'Libpod/3.4.4 (linux)',
  headers: { 'Libpod-Api-Version': '3.4.4' },
  engineVersion: '3.4.4',
  component: 'Podman Engine',
  ringSize: 65_536, // a file without an end there
  timesExclude: true,
  takesStream: true,
  tellsEverySignal: false,
  eventKeys: new Set(['container', 'event', 'image', 'label', 'pod', 'status', 'type', 'volume']),
  readTime: parseFloatingTimestamp,
  image: (name) => `docker.io/library/${name}:latest`,
  attributes: podmanAttributes,
  filter: podmanFilter,
  translate: podmanMessages,
};

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  docker,
  'docker-1.52': {
    ...docker,
    apiVersion: '1.52',
    minApiVersion: '1.44',
    server: 'Docker/29.0.0 (linux)',
    engineVersion: '29.0.0',
  },
  podman,
  'podman-4.3': {
    ...podman,
    server: 'Libpod/4.3.1 (linux)',
    headers: { 'Libpod-Api-Version': '4.3.1' },
    engineVersion: '4.3.1',
    pastIsEmpty: true,
    unknownKeyStatus: 200,
    survives: true,
    translate: recentPodmanMessages,
  },
};
