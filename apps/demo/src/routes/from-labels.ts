import type { Container, ContainerPort } from './container.ts';
import { isExcluded } from './exclusion.ts';
import { type Properties, propertiesByAlias, type Report } from './label-properties.ts';
import { type Reach, reachOf } from './reach.ts';
import { impliedScheme, type Route } from './route.ts';
import { type Target, targetSchema } from './schema.ts';

export interface ContainerRoutes {
  readonly routes: readonly Route[];
  /** Mistakes in the labels, one sentence each. Only the routes that they concern are left out. */
  readonly problems: readonly string[];
}

/** The most problems that are listed for one container: a container could fill the log with them. */
const MAX_PROBLEMS = 10;

/** Returns the routes that a container's labels ask for, by GoDoxy's rules. */
export function routesFromLabels(container: Container, reach: Reach): ContainerRoutes {
  const problems: string[] = [];
  let more = 0;
  const report: Report = (label, message) => {
    if (problems.length < MAX_PROBLEMS) problems.push(`${label.slice(0, 100)}: ${message}`);
    else more++;
  };
  const routes = isExcluded(container, report) ? [] : routesOf(container, reach, report);
  if (more > 0) problems.push(`${more} more mistakes in its labels`);
  return { routes, problems };
}

function routesOf(container: Container, reach: Reach, report: Report): Route[] {
  const routes: Route[] = [];
  for (const [alias, properties] of propertiesByAlias(container, report)) {
    const given = checked(properties, report);
    if (!given) continue;
    const route = completed(alias, given, container, reach);
    if ('alias' in route) routes.push(route);
    // A container that asks for nothing, and has no port, is simply not a web application.
    else if (properties.size > 0 || container.labels['proxy.aliases'] !== undefined)
      report(`proxy.${alias}.port`, route.reason);
  }
  return routes;
}

function checked(properties: Properties, report: Report): Target | undefined {
  const given = Object.fromEntries([...properties].map(([property, { value }]) => [property, value]));
  const result = targetSchema.safeParse(given);
  for (const { path, message } of result.error?.issues ?? []) {
    report(properties.get(String(path[0]))?.label ?? 'proxy', message);
  }
  return result.data;
}

/** Fills in the properties that the labels leave open, or returns why that is impossible. */
function completed(
  alias: string,
  given: Target,
  container: Container,
  reach: Reach,
): Route | { readonly reason: string } {
  const reachable =
    given.host === undefined
      ? reachOf(container, reach)
      : { host: given.host, portOf: (port: number) => port, ports: container.ports };
  if ('reason' in reachable) return reachable;

  const wanted = given.port?.port ?? preferredPort(reachable.ports);
  if (wanted === undefined)
    return { reason: 'no port is given, and the container has none that can be reached' };
  const port = reachable.portOf(wanted);
  if (port === undefined)
    return { reason: `port ${wanted} is not published, so it cannot be reached from here` };

  const { listen } = given.port ?? {};
  const isUdp = reachable.ports.find((exposed) => exposed.private === wanted)?.type === 'udp';
  const { name, health } = container;
  return {
    alias,
    scheme: given.scheme ?? (isUdp ? 'udp' : impliedScheme(wanted, listen)),
    host: reachable.host,
    port,
    ...(listen !== undefined && { listen }),
    origin: `container ${name}`,
    ...(health !== undefined && { health }),
  };
}

/** Of a container with several ports, the one that most likely serves pages; else the lowest. */
function preferredPort(ports: readonly ContainerPort[]): number | undefined {
  const open = ports.map((port) => port.private).sort((a, b) => a - b);
  return [80, 8080, 3000, 8000, 443, 8443].find((port) => open.includes(port)) ?? open[0];
}
