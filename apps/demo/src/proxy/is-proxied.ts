import type { Route } from '../routes/route.ts';

/** Returns whether this proxy serves a route: it speaks HTTP/1.1 and WebSockets, over TCP or TLS. */
export function isProxied({ scheme }: Route): boolean {
  return scheme === 'http' || scheme === 'https';
}
