import { printable } from './printable.ts';

/** Characters of what was thrown that a message shows. */
const LONGEST = 1000;

/**
 * What something that was thrown says of itself, whatever it is; its type where that throws, too, as of an object
 * without a prototype. Made `printable`. For a message of one's own, which has what was thrown as its `cause`.
 */
export function textOf(thrown: unknown): string {
  try {
    return printable(String(thrown), LONGEST);
  } catch {
    return typeof thrown;
  }
}
