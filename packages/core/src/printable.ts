/**
 * Text of someone else's (a name, a label, what a server answered) as it may go to a terminal, a log or an error: on
 * one line, with what moves the cursor, colours, hides or reorders written as `\u001b`, and no longer than `limit`
 * characters, 200 by default, which `...` at its end shows. Letters of any language, blanks and emoji are left alone,
 * but for flags of regions, which are spelt in letters that nobody sees.
 * Harmless to text that went through it before.
 *
 * @example
 * ```ts
 * console.log(printable('web\u001b[31m\nstarted db'));
 * // => web\u001b[31m\u000astarted db
 * ```
 */
export function printable(text: string, limit = 200): string {
  const safe = text.slice(0, limit + 1).replace(UNPRINTABLE, escaped);
  if (safe.length <= limit) return safe;
  // Not in the middle of a pair of surrogates.
  return `${safe.slice(0, Math.max(0, limit - 3)).replace(/[\ud800-\udbff]$/, '')}${'...'.slice(0, limit)}`;
}

/**
 * Control characters (C0, DEL, C1), separators of lines and paragraphs, halves of surrogate pairs, and all that Unicode
 * shows nothing of by itself: what turns the direction of reading, what has no width, fillers, tags. The joiners and the
 * first sixteen variation selectors stay: Persian and emoji are written with them.
 */
const UNPRINTABLE =
  /[[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]--[\u200c\u200d\ufe00-\ufe0f]]/gv;

/** As in JavaScript. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
