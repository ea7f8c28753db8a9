/**
 * Text of someone else's, as an error may show it: one line, nothing that a terminal acts on or that turns the
 * direction of reading, and not long.
 */
export function printable(text: string, length = 200): string {
  const line = text.replace(UNFIT, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 3)}...` : line;
}

/** Control characters (C0, DEL, C1), the separators of lines and paragraphs, and what overrides direction. */
const UNFIT = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
