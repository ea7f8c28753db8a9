import { styleText } from 'node:util';
import { printable } from '@watcher/core';
import Table from 'cli-table3';
import { type Route, target } from '../routes/route.ts';

export interface TableOptions {
  /** The width of the terminal. */
  readonly columns: number;
  /** The lines of the terminal. Further routes are counted. */
  readonly rows: number;
  /** Whether escape sequences may be used. */
  readonly color: boolean;
}

/** Below this width the third column is left out. */
const NARROW = 64;
const MIN_COLUMNS = 30;

/** Renders the routes for a terminal, no wider and no higher than it is. */
export function renderTable(routes: readonly Route[], { columns, rows, color }: TableOptions): string {
  if (routes.length === 0) return 'No routes.';
  const isNarrow = columns < NARROW;
  const shown = routes.slice(0, Math.max(rows - 5, 1));
  const heading = (text: string) => (color ? styleText('cyan', text, { validateStream: false }) : text);
  const cells = [
    [`alias (${routes.length})`, 'upstream', 'provider'].map(heading),
    ...shown.map((route) => [
      printable(route.alias, 40),
      `${printable(target(route), 60)}${route.health && route.health !== 'healthy' ? ` (${route.health})` : ''}`,
      printable(route.origin, 40),
    ]),
  ].map((row) => (isNarrow ? row.slice(0, 2) : row));
  const [head = [], ...body] = cells;
  // The library's own colors depend on the environment.
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colWidths: widths(body, Math.max(columns, MIN_COLUMNS)),
  });
  table.push(...body);
  const rest = routes.length - shown.length;
  return `${table}${rest > 0 ? `\n… and ${rest} more` : ''}`;
}

/** The width that each column needs. The widest shrinks until the table fits, with its borders. */
function widths(body: readonly (readonly string[])[], columns: number): number[] {
  const needed = (body[0] ?? []).map((_, i) => Math.max(11, ...body.map((row) => (row[i] ?? '').length)) + 2);
  let excess = needed.reduce((sum, width) => sum + width + 1, 1) - columns;
  for (; excess > 0; excess--) {
    const widest = needed.indexOf(Math.max(...needed));
    needed[widest] = (needed[widest] ?? 0) - 1;
  }
  return needed;
}
