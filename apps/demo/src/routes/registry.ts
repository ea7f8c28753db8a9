import { type Difference, difference } from './difference.ts';
import type { Route } from './route.ts';

/** A route that is not served, since another one has its alias. */
export interface Conflict {
  readonly winner: Route;
  readonly loser: Route;
}

export interface Applied extends Difference {
  /** Conflicts that were not there before. */
  readonly conflicts: readonly Conflict[];
}

/**
 * The routes of all providers as one table. An alias belongs to the first provider that defines it, in the order
 * given, and within a provider to the first route: which of them speaks first makes no difference.
 */
export class RouteRegistry {
  readonly #byProvider: Map<string, readonly Route[]>;
  #table: ReadonlyMap<string, Route> = new Map();
  #conflicts: ReadonlySet<string> = new Set();

  /** @param providers their names, the one that wins a conflict first */
  constructor(providers: readonly string[]) {
    this.#byProvider = new Map(providers.map((name) => [name, []]));
  }

  /** The routes that are served, in the order of their aliases. */
  get routes(): readonly Route[] {
    return [...this.#table.values()].sort((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  /** Takes all routes of one provider in place of those it had, and says what that changes in the table. */
  apply(provider: string, routes: readonly Route[]): Applied {
    if (!this.#byProvider.has(provider)) throw new Error(`No provider is called ${provider}.`);
    this.#byProvider.set(provider, routes);
    const { table, conflicts } = merge([...this.#byProvider.values()].flat());
    const changes = difference(this.#table, table);
    const fresh = [...conflicts].filter(([key]) => !this.#conflicts.has(key));
    this.#table = table;
    this.#conflicts = new Set(conflicts.keys());
    return { ...changes, conflicts: fresh.map(([, conflict]) => conflict) };
  }
}

function merge(routes: readonly Route[]) {
  const table = new Map<string, Route>();
  const conflicts = new Map<string, Conflict>();
  for (const route of routes) {
    const winner = table.get(route.alias);
    if (!winner) table.set(route.alias, route);
    else conflicts.set(JSON.stringify([route.alias, winner.origin, route.origin]), { winner, loser: route });
  }
  return { table, conflicts };
}
