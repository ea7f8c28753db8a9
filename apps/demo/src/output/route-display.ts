import { printable } from '@watcher/core';
import { createLogUpdate } from 'log-update';
import type { Applied, Entry } from '../routes/registry.ts';
import { type Route, target } from '../routes/route.ts';
import type { OutputFile } from './output-file.ts';
import { renderTable } from './table.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where the routes are shown, and lines of the log above them. */
export interface RouteDisplay {
  /** Shows the current table, or the changes. */
  update(applied: Applied, entries: readonly Entry[]): void;
  /** Writes text that stays. */
  write(text: string): void;
}

/** The changes of one list that are written line by line. */
const MAX_LINES = 1000;

/** A table at the end of the terminal, drawn again in its place. */
export function tableDisplay(
  out: OutputFile,
  { size, color }: { readonly size: () => TerminalSize; readonly color: boolean },
): RouteDisplay {
  const stream = {
    write: (text: string) => out.write(text),
    isTTY: true,
    get columns() {
      return size().columns;
    },
    get rows() {
      return size().rows;
    },
  };
  const draw = createLogUpdate(stream as unknown as NodeJS.WriteStream, { showCursor: true });
  let table = '';
  return {
    update(_, entries) {
      const routes = entries.map(({ route }) => route);
      table = renderTable(routes, { ...size(), color });
      draw(table);
    },
    write(text) {
      draw.clear();
      out.write(text);
      if (table) draw(table);
    },
  };
}

/** A line for each change, for pipes and files: `added │ app │ http://10.0.0.2:80 │ container web`. */
export function lineDisplay(out: OutputFile): RouteDisplay {
  const line = (change: string, { alias, origin, ...route }: Route) =>
    `${[change, alias, target({ alias, origin, ...route }), origin].map((cell) => printable(cell)).join(' │ ')}\n`;
  return {
    update(applied) {
      out.write(
        changesOf(applied)
          .map(({ change, route }) => line(change, route))
          .join(''),
      );
    },
    write: (text) => out.write(text),
  };
}

/** A JSON object for each change, one a line. */
export function jsonDisplay(out: OutputFile): RouteDisplay {
  return {
    update(applied) {
      const time = Date.now();
      out.write(
        changesOf(applied)
          .map((change) => `${JSON.stringify({ time, ...change })}\n`)
          .join(''),
      );
    },
    write: (text) => out.write(text),
  };
}

function changesOf({
  added,
  updated,
  removed,
}: Applied): { readonly change: string; readonly route: Route }[] {
  return [
    ...removed.map((route) => ({ change: 'removed', route })),
    ...updated.map(({ after }) => ({ change: 'updated', route: after })),
    ...added.map((route) => ({ change: 'added', route })),
  ].slice(0, MAX_LINES);
}
