import { printable } from '@watcher/core';

/**
 * What an engine, a proxy or a program said, often in several lines, as an error shows it: in one, {@link printable},
 * and not long.
 */
export function oneLine(text: string, limit?: number): string {
  const lines = text.split(BREAK).map((line) => line.trim());
  return printable(lines.filter((line) => line !== '').join(' '), limit);
}

/** Ends of lines, in any way of writing them, and tabs. */
const BREAK = /[\t-\r\u0085\u2028\u2029]+/;
