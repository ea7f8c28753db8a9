import { type Clock, systemClock } from '@watcher/core';
import { type Difference, difference, isEmpty } from './difference.ts';
import { isAvailable, type Route } from './route.ts';

/** A route that is not served, since another one has its alias. */
export interface Conflict {
  readonly winner: Route;
  readonly loser: Route;
}

export interface Applied extends Difference {
  /** Conflicts that were not there before. */
  readonly conflicts: readonly Conflict[];
}

/** A route that is served. */
export interface Entry {
  readonly route: Route;
  /** The name of the provider that defines it. */
  readonly provider: string;
  /** The time of its last change, in milliseconds since the epoch. */
  readonly since: number;
}

/** Receives each change of the table, after it was made. */
export type Listener = (applied: Applied, provider: string) => void;

/**
 * The routes of all providers as one table. An alias belongs to the first provider that defines it, in the order
 * given, and within a provider to the first route. A route whose health check fails yields to one that is available.
 */
export class RouteRegistry {
  readonly #byProvider: Map<string, readonly Route[]>;
  readonly #clock: Clock;
  #table: ReadonlyMap<string, Entry> = new Map();
  #conflicts: ReadonlySet<string> = new Set();
  readonly #listeners = new Set<Listener>();

  /** @param providers their names, the one that wins a conflict first */
  constructor(providers: readonly string[], clock: Clock = systemClock) {
    this.#byProvider = new Map(providers.map((name) => [name, []]));
    this.#clock = clock;
  }

  /** The routes that are served, in the order of their aliases. */
  get entries(): readonly Entry[] {
    return [...this.#table.values()].sort((a, b) => (a.route.alias < b.route.alias ? -1 : 1));
  }

  /** Returns the route of an alias. */
  get(alias: string): Route | undefined {
    return this.#table.get(alias)?.route;
  }

  /** Calls `listener` after each change, until the returned subscription is disposed. */
  subscribe(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Takes all routes of one provider in the place of those it had. Returns the changes of the table. */
  apply(provider: string, routes: readonly Route[]): Applied {
    if (!this.#byProvider.has(provider)) throw new Error(`No provider is called ${provider}.`);
    this.#byProvider.set(provider, routes);
    const before = routesOf(this.#table);
    const { table, conflicts } = this.#merge();
    const changes = difference(before, routesOf(table));
    const fresh = [...conflicts].filter(([key]) => !this.#conflicts.has(key));

    const now = this.#clock.now();
    const changed = new Set([...changes.added, ...changes.updated.map(({ after }) => after)]);
    this.#table = new Map(
      [...table].map(([alias, { route, provider }]) => {
        const since = changed.has(route) ? now : (this.#table.get(alias)?.since ?? now);
        return [alias, { route, provider, since }];
      }),
    );
    this.#conflicts = new Set(conflicts.keys());
    const applied = { ...changes, conflicts: fresh.map(([, conflict]) => conflict) };
    if (isEmpty(applied) && applied.conflicts.length === 0) return applied;
    for (const listener of [...this.#listeners]) listener(applied, provider);
    return applied;
  }

  #merge() {
    const table = new Map<string, { readonly route: Route; readonly provider: string }>();
    const all = [...this.#byProvider].flatMap(([provider, routes]) =>
      routes.map((route) => ({ route, provider })),
    );
    for (const one of all) {
      const { alias } = one.route;
      const winner = table.get(alias)?.route;
      if (!winner || (!isAvailable(winner) && isAvailable(one.route))) table.set(alias, one);
    }
    const conflicts = new Map<string, Conflict>();
    for (const { route: loser } of all) {
      const winner = table.get(loser.alias)?.route;
      if (!winner || winner === loser) continue;
      conflicts.set(JSON.stringify([loser.alias, winner.origin, loser.origin]), { winner, loser });
    }
    return { table, conflicts };
  }
}

function routesOf(table: ReadonlyMap<string, { readonly route: Route }>): ReadonlyMap<string, Route> {
  return new Map([...table].map(([alias, { route }]) => [alias, route]));
}
