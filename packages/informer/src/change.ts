/** One difference between two states of an item. `before` or `after` is undefined where the item did not exist. */
export type Change<T> =
  | { readonly kind: 'added'; readonly key: string; readonly before: undefined; readonly after: T }
  | { readonly kind: 'updated'; readonly key: string; readonly before: T; readonly after: T }
  | { readonly kind: 'removed'; readonly key: string; readonly before: T; readonly after: undefined };

/** Returns the change from one state to another; undefined if the item exists in neither. Does not compare them. */
export function changeOf<T>(key: string, before: T | undefined, after: T | undefined): Change<T> | undefined {
  if (after !== undefined)
    return before === undefined
      ? { kind: 'added', key, before: undefined, after }
      : { kind: 'updated', key, before, after };
  return before === undefined ? undefined : { kind: 'removed', key, before, after: undefined };
}
