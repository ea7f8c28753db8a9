import { impliedScheme, type Route, type Scheme } from './route.ts';
import { aliasSchema, type Target, targetSchema } from './schema.ts';

/** What is known of a container, as far as routes go. */
export interface Container {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its address on a network of its engine, if it has one. */
  readonly address?: string | undefined;
  readonly ports: readonly ContainerPort[];
}

export interface ContainerPort {
  readonly private: number;
  /** The port of the engine's machine that it is published on. */
  readonly public?: number | undefined;
  readonly type: string;
}

/** How the containers of an engine are reached from here. */
export interface Reach {
  /** The engine's machine, where ports are published: `127.0.0.1` for a local engine. */
  readonly publicHost: string;
  /** Whether the containers' own addresses are reachable: on a local engine. */
  readonly private: boolean;
}

export interface ContainerRoutes {
  readonly routes: readonly Route[];
  /** What is wrong with the labels, one sentence each. The routes that they spoil are left out, and only those. */
  readonly problems: readonly string[];
}

/**
 * The routes that a container's labels ask for, by GoDoxy's rules:
 *
 * - `proxy.aliases`: its aliases, with commas between them; else the container's name is its one alias
 * - `proxy.<alias>.port | host | scheme`, which also makes an alias that is in no list; `proxy.#1.port` for the
 *   first alias of the list; `proxy.*.port` for all. `*` wins over `<alias>`, and that over `#1`.
 * - `proxy.exclude`: no routes
 */
export function routesFromLabels(container: Container, reach: Reach): ContainerRoutes {
  const problems: string[] = [];
  const report = (label: string, message: string) => problems.push(`${label}: ${message}`);
  if (isExcluded(container.labels['proxy.exclude'], report)) return { routes: [], problems };

  const routes: Route[] = [];
  for (const [alias, properties] of propertiesByAlias(container, report)) {
    const target = checked(properties, report);
    if (!target) continue;
    const route = completed(alias, target, container, reach);
    if (route) routes.push(route);
    else if (properties.size > 0 || container.labels['proxy.aliases'] !== undefined)
      report(`proxy.${alias}.port`, 'no port is given, and the container has none that can be reached');
  }
  return { routes, problems };
}

type Report = (label: string, message: string) => void;

/** Each property's value, and the label that it is from. */
type Properties = Map<string, { readonly label: string; readonly value: string }>;

const PROPERTIES = ['port', 'host', 'scheme'];

function isExcluded(value: string | undefined, report: Report): boolean {
  if (value === undefined || /^(0|f|false)$/i.test(value)) return false;
  if (/^(1|t|true)$/i.test(value)) return true;
  const flags = value.split(',').map((flag) => flag.trim());
  if (flags.every((flag) => ['proxy', 'healthcheck', 'all'].includes(flag)))
    return flags.some((flag) => flag !== 'healthcheck');
  report('proxy.exclude', `expected true, false, or a list of proxy, healthcheck and all, got "${value}"`);
  return true; // whoever wrote it did not want the container to be open to the world
}

function propertiesByAlias({ name, labels }: Container, report: Report): Map<string, Properties> {
  const listed = listedAliases(labels['proxy.aliases'], name, report);
  const byAlias = new Map<string, Properties>(listed.map((alias) => [alias, new Map()]));
  const everywhere: Properties = new Map();
  const byIndex: [alias: string, property: string, label: string, value: string][] = [];

  for (const [label, value] of Object.entries(labels).sort()) {
    const [, subject = '', property = ''] = /^proxy\.(.+)\.([^.]+)$/.exec(label) ?? [];
    if (!PROPERTIES.includes(property)) continue;
    if (subject === '*') {
      everywhere.set(property, { label, value });
    } else if (subject.startsWith('#')) {
      const alias = /^#\d+$/.test(subject) ? listed[Number(subject.slice(1)) - 1] : undefined;
      if (alias !== undefined) byIndex.push([alias, property, label, value]);
      else report(label, `${subject} is not in the list of aliases, which has ${listed.length}`);
    } else {
      const alias = subject.toLowerCase();
      // A dot in a name that nobody listed is not an alias: it is a property that is not ours.
      if (!byAlias.has(alias) && alias.includes('.')) continue;
      if (!byAlias.has(alias) && !isAlias(alias, label, report)) continue;
      byAlias.set(alias, (byAlias.get(alias) ?? new Map()).set(property, { label, value }));
    }
  }
  for (const [alias, property, label, value] of byIndex) {
    const properties = byAlias.get(alias);
    if (!properties?.has(property)) properties?.set(property, { label, value });
  }
  for (const properties of byAlias.values()) {
    for (const [property, from] of everywhere) properties.set(property, from);
  }
  return byAlias;
}

function listedAliases(label: string | undefined, name: string, report: Report): string[] {
  const given = label?.trim() ? label.split(',') : [name];
  const aliases = given.map((alias) => alias.trim().toLowerCase()).filter((alias) => alias !== '');
  return [...new Set(aliases)].filter((alias) => isAlias(alias, 'proxy.aliases', report));
}

function isAlias(alias: string, label: string, report: Report): boolean {
  const result = aliasSchema.safeParse(alias);
  for (const issue of result.error?.issues ?? []) report(label, issue.message);
  return result.success;
}

function checked(properties: Properties, report: Report): Target | undefined {
  const given = Object.fromEntries([...properties].map(([property, { value }]) => [property, value]));
  const result = targetSchema.safeParse(given);
  for (const { path, message } of result.error?.issues ?? []) {
    report(properties.get(String(path[0]))?.label ?? 'proxy', message);
  }
  return result.data;
}

/** Fills in what the labels leave open, or undefined when no port can be found. */
function completed(alias: string, given: Target, container: Container, reach: Reach): Route | undefined {
  const { name, ports } = container;
  const address = reach.private ? container.address : undefined;
  const host = given.host ?? address ?? reach.publicHost;
  const isPublic = given.host === undefined && host === reach.publicHost;
  const { listen } = given.port ?? {};

  const wanted = given.port?.port ?? preferredPort(isPublic ? ports.filter((p) => p.public) : ports);
  if (wanted === undefined) return undefined;
  const exposed = ports.find((p) => p.private === wanted) ?? ports.find((p) => p.public === wanted);
  const port = (isPublic ? exposed?.public : exposed?.private) ?? wanted;
  const implied: Scheme = exposed?.type === 'udp' ? 'udp' : impliedScheme(wanted, listen);
  const scheme = given.scheme ?? implied;
  return { alias, scheme, host, port, ...(listen !== undefined && { listen }), origin: `container ${name}` };
}

/** Of a container with several ports, the one that most likely serves pages; else the lowest. */
function preferredPort(ports: readonly ContainerPort[]): number | undefined {
  const open = ports.map((port) => port.private).sort((a, b) => a - b);
  return [80, 8080, 3000, 8000, 443, 8443].find((port) => open.includes(port)) ?? open[0];
}
