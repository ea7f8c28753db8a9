import { styleText } from 'node:util';
import { printable } from '@watcher/core';
import Table from 'cli-table3';
import { type Route, target } from '../routes/route.ts';

export interface TableOptions {
  /** Whether escape sequences may be used. */
  readonly color: boolean;
}

/** The routes as a table for a terminal, with a line break at its end. */
export function renderTable(routes: readonly Route[], { color }: TableOptions): string {
  if (routes.length === 0) return 'No routes.\n';
  const heading = (text: string) => (color ? styleText('cyan', text, { validateStream: false }) : text);
  const head = [`alias (${routes.length})`, 'target', 'from'].map(heading);
  // Its own colours depend on the environment, whatever it is told.
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const route of routes) {
    table.push([printable(route.alias, 40), printable(target(route), 60), printable(route.origin, 40)]);
  }
  return `${table}\n`;
}
