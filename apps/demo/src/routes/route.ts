/** The schemes of an upstream. The proxy serves the first two; the others are for stream proxies and HTTP/2. */
export const schemes = ['http', 'https', 'h2c', 'tcp', 'udp'] as const;

export type Scheme = (typeof schemes)[number];

/** The result of a container's health check. */
export type Health = 'starting' | 'healthy' | 'unhealthy';

/** Where requests for one alias go. */
export interface Route {
  /** The name that is asked for: `app`, or `app.example.com`. */
  readonly alias: string;
  readonly scheme: Scheme;
  /** A host name or an address. */
  readonly host: string;
  readonly port: number;
  /** The port that a proxy would listen on: tcp and udp only, where the alias alone cannot tell routes apart. */
  readonly listen?: number;
  /** What defined it, for people: `container web`, `routes.yml`. */
  readonly origin: string;
  /** Missing where nothing checks it. */
  readonly health?: Health;
}

/** Returns the upstream as a URL, after the port listened on, if there is one. */
export function target(route: Route): string {
  return route.listen === undefined ? upstreamOf(route) : `:${route.listen} -> ${upstreamOf(route)}`;
}

/** Returns the upstream as a URL. */
export function upstreamOf({ scheme, host, port }: Route): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Returns whether new requests may go there: its health check passes, or is missing. */
export function isAvailable({ health }: Route): boolean {
  return health === undefined || health === 'healthy';
}

export function sameRoute(a: Route, b: Route): boolean {
  return (
    a.alias === b.alias &&
    a.scheme === b.scheme &&
    a.host === b.host &&
    a.port === b.port &&
    a.listen === b.listen &&
    a.origin === b.origin &&
    a.health === b.health
  );
}

/** Returns the scheme that a port implies: tcp with a port to listen on, https for a port that ends in 443. */
export function impliedScheme(port: number | undefined, listen: number | undefined): Scheme {
  if (listen !== undefined) return 'tcp';
  return port !== undefined && port % 1000 === 443 ? 'https' : 'http';
}
