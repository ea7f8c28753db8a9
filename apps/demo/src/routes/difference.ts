import { type Route, sameRoute } from './route.ts';

/** What it takes to get from one set of routes to another, each list in the order of the aliases. */
export interface Difference {
  readonly added: readonly Route[];
  readonly updated: readonly { readonly before: Route; readonly after: Route }[];
  readonly removed: readonly Route[];
}

/** Compares two sets of routes by alias. A route that is the same in both is in none of the lists. */
export function difference(
  before: ReadonlyMap<string, Route>,
  after: ReadonlyMap<string, Route>,
): Difference {
  const added: Route[] = [];
  const updated: { before: Route; after: Route }[] = [];
  const removed: Route[] = [];
  for (const alias of new Set([...before.keys(), ...after.keys()].sort())) {
    const was = before.get(alias);
    const is = after.get(alias);
    if (!was && is) added.push(is);
    else if (was && !is) removed.push(was);
    else if (was && is && !sameRoute(was, is)) updated.push({ before: was, after: is });
  }
  return { added, updated, removed };
}

export function isEmpty({ added, updated, removed }: Difference): boolean {
  return added.length + updated.length + removed.length === 0;
}
