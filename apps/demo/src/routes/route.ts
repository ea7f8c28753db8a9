/** What may stand in front of `://`. The last two are forwarded byte by byte. */
export const schemes = ['http', 'https', 'h2c', 'tcp', 'udp'] as const;

export type Scheme = (typeof schemes)[number];

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
}

/** The route's target as a URL, and in front of it the port listened on, if there is one. */
export function target({ scheme, host, port, listen }: Route): string {
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return listen === undefined ? url : `:${listen} -> ${url}`;
}

export function sameRoute(a: Route, b: Route): boolean {
  return (
    a.alias === b.alias &&
    a.scheme === b.scheme &&
    a.host === b.host &&
    a.port === b.port &&
    a.listen === b.listen &&
    a.origin === b.origin
  );
}

/** What goes without saying: a port to listen on means tcp, a port that ends in 443 https. */
export function impliedScheme(port: number | undefined, listen: number | undefined): Scheme {
  if (listen !== undefined) return 'tcp';
  return port !== undefined && port % 1000 === 443 ? 'https' : 'http';
}
