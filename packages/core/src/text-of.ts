/**
 * What something that was thrown says of itself, whatever it is; its type where that throws, too, as of an object
 * without a prototype. For a message of one's own, which has what was thrown as its `cause`.
 */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}
