import { printable } from '@watcher/core';

/**
 * Returns a path in quotes, as an error may show it. Returns `a path that is not shown, since it may be a secret` for
 * what is more likely the secret itself: PEM or JSON text, base64, or an address with a login in it.
 */
export function shownPath(path: string): string {
  return isLikelyPath(path) ? `"${printable(path)}"` : HIDDEN;
}

/** Returns whether a text is short and looks like a path that a person would write. */
export function isLikelyPath(text: string): boolean {
  return text.length <= 256 && !NO_PATH.test(text) && !(text.match(RUNS) ?? []).some(isMixed);
}

const HIDDEN = 'a path that is not shown, since it may be a secret';

/** What paths seldom hold, but PEM, JSON, base64 and logins do. */
const NO_PATH = /[\p{Cc}{}"]|-----|:\/\/|:[^/:]*@|={1,2}$/u;

/**
 * Random base64 has a "/" in 64 characters, so that a key without its PEM header has longer runs than folders' names:
 * these are made of words, or are hashes in letters of one case.
 */
const RUNS = /[A-Za-z0-9+]{24,}/g;
const isMixed = (run: string) => /[a-z]/.test(run) && /[A-Z]/.test(run);
