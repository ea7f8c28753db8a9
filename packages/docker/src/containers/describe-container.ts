import type {
  ContainerHealth,
  ContainerInfo,
  ContainerNetwork,
  ContainerPort,
  ContainerState,
} from './container-info.ts';

/** A container as one answer describes it. The caller adds what only events, or only the other kind of answer, have. */
export interface DescribedContainer extends Omit<ContainerInfo, 'endReason' | 'health' | 'networks'> {
  /** Undefined where the answer has none. */
  readonly health: ContainerHealth | undefined;
  readonly networks: readonly ContainerNetwork[] | undefined;
  readonly isBeingRemoved: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one container of `GET /containers/json`.
 *
 * Every part of it may be missing or of another kind. Returns undefined only where it has no ID.
 */
export function describeSummary(value: unknown): DescribedContainer | undefined {
  const summary = objectOf(value);
  const id = textOf(summary['Id']);
  if (id === '') return undefined;
  const status = textOf(summary['Status']);
  const names = arrayOf(summary['Names']).map(textOf);
  const ended = /^(?:Exited|Restarting) \((-?\d{1,10})\)/.exec(status);
  const hostConfig = objectOf(summary['HostConfig']);
  return describe(id, {
    // A link adds a name with the other container's in front: `/db/alias`.
    name: names.find((name) => name.lastIndexOf('/') <= 0) ?? '',
    image: textOf(summary['Image']),
    labels: summary['Labels'],
    state: textOf(summary['State']),
    health:
      textOf(objectOf(summary['Health'])['Status']) || (/\((?:health: )?([a-z]+)\)$/.exec(status)?.[1] ?? ''),
    networks: objectOf(summary['NetworkSettings'])['Networks'],
    ports: arrayOf(summary['Ports']).map((port) => {
      const { PrivatePort, PublicPort, Type, IP } = objectOf(port);
      return portOf(PrivatePort, Type, PublicPort, IP);
    }),
    networkMode: textOf(hostConfig['NetworkMode']),
    createdAt: numberOf(summary['Created']) ?? 0,
    exitCode: ended ? Number(ended[1]) : undefined,
  });
}

/** Reads the answer of `GET /containers/{id}/json`, as {@link describeSummary} does. */
export function describeDetails(value: unknown): DescribedContainer | undefined {
  const details = objectOf(value);
  const id = textOf(details['Id']);
  if (id === '') return undefined;
  const state = objectOf(details['State']);
  const config = objectOf(details['Config']);
  const network = objectOf(details['NetworkSettings']);
  const health = objectOf(state['Health'] ?? state['Healthcheck']); // the second is Podman's
  const created = Date.parse(textOf(details['Created']));
  return describe(id, {
    name: textOf(details['Name']),
    image: textOf(config['Image']) || textOf(details['ImageName']),
    labels: config['Labels'],
    state: textOf(state['Status']),
    health: textOf(health['Status']),
    networks: network['Networks'],
    ports: Object.entries(objectOf(network['Ports'])).flatMap(([port, bindings]) => {
      const [number, protocol] = port.split('/');
      const bound = arrayOf(bindings).map((binding) => {
        const { HostPort, HostIp } = objectOf(binding);
        return portOf(number, protocol, HostPort, HostIp);
      });
      return bound.length > 0 ? bound : [portOf(number, protocol, undefined, undefined)];
    }),
    networkMode: textOf(objectOf(details['HostConfig'])['NetworkMode']),
    createdAt: Number.isNaN(created) ? 0 : Math.floor(created / 1000),
    exitCode: numberOf(state['ExitCode']),
  });
}

interface Parts {
  readonly name: string;
  readonly image: string;
  readonly labels: unknown;
  readonly state: string;
  readonly health: string;
  readonly networks: unknown;
  readonly ports: readonly (ContainerPort | undefined)[];
  readonly networkMode: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly exitCode: number | undefined;
}

function describe(id: string, parts: Parts): DescribedContainer {
  const word = parts.state.toLowerCase();
  const state = STATES.get(word) ?? 'dead';
  const runs = state === 'running' || state === 'paused';
  const [mode = '', networkContainer] = splitOnce(parts.networkMode, ':');
  const isShared = mode === 'container';
  return {
    id,
    name: parts.name.replace(/^\//, ''),
    image: parts.image,
    labels: textsOf(parts.labels),
    state,
    health: runs ? HEALTH.get(parts.health) : 'none',
    networks: networksOf(parts.networks, runs),
    ports: runs ? sortedPorts(parts.ports) : [],
    networkMode: isShared ? mode : parts.networkMode === 'default' ? 'bridge' : parts.networkMode,
    networkContainer: isShared ? networkContainer : undefined,
    createdAt: parts.createdAt * 1000,
    exitCode: state === 'exited' || state === 'restarting' ? parts.exitCode : undefined,
    isBeingRemoved: word === 'removing',
  };
}

/** The words of Docker and of Podman. */
const STATES: ReadonlyMap<string, ContainerState> = new Map(
  Object.entries<ContainerState>({
    created: 'created',
    configured: 'created',
    initialized: 'created',
    running: 'running',
    stopping: 'running',
    paused: 'paused',
    restarting: 'restarting',
    exited: 'exited',
    stopped: 'exited',
    removing: 'dead',
    dead: 'dead',
  }),
);

const HEALTH: ReadonlyMap<string, ContainerHealth> = new Map(
  Object.entries<ContainerHealth>({
    none: 'none',
    starting: 'starting',
    healthy: 'healthy',
    unhealthy: 'unhealthy',
  }),
);

function networksOf(value: unknown, runs: boolean): ContainerNetwork[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(objectOf(value))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, network]) => {
      const { IPAddress, GlobalIPv6Address } = objectOf(network);
      // An address belongs to another container as soon as this one does not run.
      return {
        name,
        ipv4: (runs && textOf(IPAddress)) || undefined,
        ipv6: (runs && textOf(GlobalIPv6Address)) || undefined,
      };
    });
}

function portOf(
  number: unknown,
  protocol: unknown,
  published: unknown,
  ip: unknown,
): ContainerPort | undefined {
  const port = numberOf(number);
  if (port === undefined || port < 1 || port > 65_535) return undefined;
  const publicPort = numberOf(published);
  const isPublic = publicPort !== undefined && publicPort > 0;
  return {
    private: port,
    protocol: textOf(protocol) || 'tcp',
    public: isPublic ? publicPort : undefined,
    // Podman writes no address for all of the host's.
    ip: isPublic ? textOf(ip) || '0.0.0.0' : undefined,
  };
}

function sortedPorts(ports: readonly (ContainerPort | undefined)[]): ContainerPort[] {
  const byText = new Map(ports.flatMap((port) => (port ? [[orderOf(port), port] as const] : [])));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
}

function orderOf({ private: number, protocol, public: published = 0, ip = '' }: ContainerPort): string {
  return `${String(number).padStart(5, '0')} ${protocol} ${String(published).padStart(5, '0')} ${ip}`;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(objectOf(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
