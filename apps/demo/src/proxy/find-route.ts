import type { Route } from '../routes/route.ts';

/**
 * Returns the route that a request's Host asks for: `app.example.com` is the alias of that name, else the alias
 * `app`, below any domain.
 */
export function findRoute(
  host: string | undefined,
  routes: { get(alias: string): Route | undefined },
): Route | undefined {
  const name = hostName(host);
  return routes.get(name) ?? routes.get(name.split('.', 1)[0] ?? '');
}

/** Without the port, in lower case, without the dot that ends an absolute name. */
function hostName(host = ''): string {
  return host
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '');
}
