import { z } from 'zod';
import type { Container, ContainerPort } from '../routes/container.ts';
import type { Health } from '../routes/route.ts';

/** The part of `GET /containers/json` that is used. Podman leaves out, or has null, what Docker has empty. */
const summary = z.object({
  Id: z.string(),
  Names: z.array(z.string()).min(1),
  Image: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  State: z.string(),
  Status: z.string().nullish(),
  Created: z.number().nullish(),
  Ports: z
    .array(z.object({ PrivatePort: z.number(), PublicPort: z.number().nullish(), Type: z.string() }))
    .nullish(),
  HostConfig: z.object({ NetworkMode: z.string().nullish() }).nullish(),
  NetworkSettings: z
    .object({
      Networks: z
        .record(
          z.string(),
          z.object({ IPAddress: z.string().nullish(), GlobalIPv6Address: z.string().nullish() }),
        )
        .nullish(),
    })
    .nullish(),
  Mounts: z.array(z.object({ Destination: z.string().nullish() })).nullish(),
});

type Summary = z.output<typeof summary>;

export interface ContainerList {
  /** Those that run, the oldest first. */
  readonly containers: readonly Container[];
  /** Entries that are not as an engine describes a container, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Returns the containers of an engine's answer. An entry that is odd costs itself, and no other.
 *
 * @throws {Error} for an answer that is not a list
 */
export function containersOf(answer: unknown): ContainerList {
  const { data: entries, error } = z.array(z.unknown()).safeParse(answer);
  if (!entries) throw new Error(`not the answer of a container engine: ${z.prettifyError(error)}`);
  const parsed = entries.map((entry) => summary.safeParse(entry));
  const odd = parsed.flatMap(({ error }) => (error ? [z.prettifyError(error).split('\n')[0]] : []));
  const running = parsed
    .flatMap(({ data }) => (data?.State === 'running' ? [data] : []))
    .sort((a, b) => (a.Created ?? 0) - (b.Created ?? 0) || (a.Id < b.Id ? -1 : 1));
  const byReference = new Map(
    running.flatMap((one) => [[one.Id, one] as const, [nameOf(one), one] as const]),
  );
  return {
    containers: running.map((one) => containerOf(one, networkOwner(one, byReference))),
    problems: [...new Set(odd)].map(
      (reason) => `a container that the engine describes oddly is left out: ${reason}`,
    ),
  };
}

function containerOf(one: Summary, owner: Summary): Container {
  const health = healthOf(one.Status ?? '');
  return {
    name: nameOf(one),
    image: one.Image ?? '',
    labels: one.Labels ?? {},
    networks: Object.entries(owner.NetworkSettings?.Networks ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1)) // so that the same one is taken each time
      .map(([name, { IPAddress, GlobalIPv6Address }]) => ({
        name,
        address: IPAddress || GlobalIPv6Address || undefined,
      })),
    usesHostNetwork: owner.HostConfig?.NetworkMode === 'host',
    ports: portsOf(one, owner),
    mounts: (one.Mounts ?? []).flatMap(({ Destination }) => Destination ?? []),
    ...(health && { health }),
  };
}

/** Without its slash. A legacy link adds names such as `/other/alias`. */
function nameOf({ Names }: Summary): string {
  const own = Names.find((name) => name.lastIndexOf('/') <= 0) ?? Names[0] ?? '';
  return own.replace(/^\//, '');
}

/** The container whose network this one uses: `network_mode: container:x` may be a chain. */
function networkOwner(one: Summary, byReference: ReadonlyMap<string, Summary>): Summary {
  const seen = new Set([one]);
  let owner = one;
  while (true) {
    const [, reference] = /^container:(.+)$/.exec(owner.HostConfig?.NetworkMode ?? '') ?? [];
    const next = reference === undefined ? undefined : byReference.get(reference);
    if (!next || seen.has(next)) return owner;
    seen.add(next);
    owner = next;
  }
}

/** Ports are published by the container that owns the network. */
function portsOf(one: Summary, owner: Summary): ContainerPort[] {
  const published = (owner.Ports ?? []).filter(({ PublicPort }) => PublicPort);
  return ((one.Ports?.length ? one.Ports : owner.Ports) ?? []).map(({ PrivatePort, PublicPort, Type }) => ({
    private: PrivatePort,
    public:
      PublicPort ??
      published.find((port) => port.PrivatePort === PrivatePort && port.Type === Type)?.PublicPort ??
      undefined,
    type: Type,
  }));
}

/** `Up 3 minutes (healthy)`, `Up 2 seconds (health: starting)`. */
function healthOf(status: string): Health | undefined {
  const [, health] = /\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(status) ?? [];
  return health as Health | undefined;
}
