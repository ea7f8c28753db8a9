import type { Route } from '../../src/routes/route.ts';

/** A route whose details do not matter, but for those given. */
export function route(alias: string, more: Partial<Route> = {}): Route {
  return { alias, scheme: 'http', host: 'localhost', port: 80, origin: 'somewhere', ...more };
}
