// C0 and C1 controls, and what reorders, hides or breaks a line of text: zero-width and bidirectional controls,
// line separators, the byte order mark, lone halves of surrogate pairs.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * Untrusted text (a label, a name, a line of a file, what an engine answered) as it may be shown on a terminal:
 * what would move the cursor, colour, hide or reorder is escaped, and it is cut to `limit` characters.
 */
export function printable(text: string, limit = 300): string {
  const safe = text.replace(
    UNPRINTABLE,
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return safe.length > limit ? `${safe.slice(0, limit - 3)}...` : safe;
}
