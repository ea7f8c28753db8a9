/**
 * Returns whether a value is to be waited for.
 *
 * @throws what its `then` throws when it is read
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** A promise of ours for a thenable of any kind: it settles once, and later, whatever the thenable does. */
export function promiseFor(thenable: PromiseLike<unknown>): Promise<unknown> {
  return new Promise((resolve) => resolve(thenable));
}
