const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BLANK = 0x20;

/**
 * Splits a text into the JSON objects that it consists of, with nothing but blanks between them. Returns undefined if it
 * is anything else, such as an object that is not complete yet. Finds only where objects end: they may still be
 * malformed. Linear in the length of the text.
 */
export function jsonObjectsIn(text: string): string[] | undefined {
  const objects: string[] = [];
  let start = 0;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (depth === 0) {
      if (code === OPEN) {
        start = at;
        depth = 1;
      } else if (code > BLANK) return undefined;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) objects.push(text.slice(start, at + 1));
  }
  return depth === 0 ? objects : undefined;
}
